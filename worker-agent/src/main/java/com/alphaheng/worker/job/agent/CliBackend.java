package com.alphaheng.worker.job.agent;

import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Exited;
import com.alphaheng.worker.job.Commands.Killed;
import com.alphaheng.worker.job.EnvironmentFailure;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A command line agent. Gets the prompt in `$HENG_PROMPT`, so that the configured line decides whether it goes in as
/// an argument (`codex exec "$HENG_PROMPT"`) or as input (`claude -p <<< "$HENG_PROMPT"`); otherwise its input is
/// closed.
public final class CliBackend implements AgentBackend {
    private static final Pattern RATE_LIMIT = Pattern.compile(
            "(?i)rate.?limit|\\b429\\b|too many requests|quota exceeded");
    private static final Pattern AUTH = Pattern.compile(
            "(?i)unauthori[sz]ed|\\b401\\b|invalid api key|not logged in|authentication failed|please log ?in");
    private static final Pattern OVERLOAD = Pattern.compile("(?i)overloaded|\\b529\\b|\\b503\\b|service unavailable");
    private static final Pattern RETRY_AFTER = Pattern.compile("(?i)(?:retry|try again)[ -](?:after|in):? (\\d+) ?s");

    private final Settings settings;
    private final Commands commands;

    /// @param line        for bash
    /// @param silence     without output for so long it counts as hung
    /// @param environment given to this agent only: its keys live here, and nowhere else
    /// @param confinement what it may reach
    /// @param usage       finds `tokens` and `usd` (named groups) in the output; empty if the agent does not say
    public record Settings(String name, String line, Duration silence, Map<String, String> environment,
                           Confinement confinement, Optional<Pattern> usage) {
        public Settings {
            environment = Map.copyOf(environment);
        }
    }

    public CliBackend(Settings settings, Commands commands) {
        this.settings = settings;
        this.commands = commands;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Map<String, String> terms() {
        return Map.of("command", settings.line());
    }

    @Override
    public AgentRun run(Request request) throws EnvironmentFailure {
        Map<String, String> environment = new HashMap<>(request.environment());
        environment.putAll(settings.environment());
        environment.put("HENG_PROMPT", request.prompt());
        Commands.Outcome outcome = commands.run(new Commands.Request("agent", settings.line(), request.folder(),
                environment, request.timeLimit(), Optional.of(settings.silence()), settings.confinement()),
                request.stop(), request.output());
        Usage usage = usage(outcome.lastLines());
        if (outcome instanceof Exited exited && !exited.leftProcesses().isEmpty()) {
            request.output().line("agent", "left running, and killed: " + String.join("; ", exited.leftProcesses()));
        }
        return switch (outcome) {
            case Killed killed -> failed(killed, usage);
            case Exited exited when exited.status() != 0 -> failed(exited, usage);
            case Exited exited when garbled(exited.lastLines()) -> new AgentRun.Failed(AgentFailure.BAD_OUTPUT,
                    "its output is no text", Optional.empty(), usage);
            case Exited exited -> new AgentRun.Done(usage);
        };
    }

    private AgentRun failed(Killed killed, Usage usage) {
        return new AgentRun.Failed(AgentFailure.of(killed.cause()), switch (killed.cause()) {
            case SILENCE -> "printed nothing for " + settings.silence().toSeconds() + " s";
            case STALLED -> "stood still";
            case TIME_LIMIT -> "ran out of the attempt's time";
            case STOPPED -> "stopped";
            case DISK_QUOTA -> "filled its disk quota and was killed";
        }, Optional.empty(), usage);
    }

    private static AgentRun failed(Exited exited, Usage usage) {
        String text = String.join("\n", exited.lastLines());
        String last = exited.lastLines().isEmpty() ? "no output" : exited.lastLines().getLast();
        AgentFailure failure = RATE_LIMIT.matcher(text).find() ? AgentFailure.RATE_LIMIT
                : AUTH.matcher(text).find() ? AgentFailure.AUTH
                : OVERLOAD.matcher(text).find() ? AgentFailure.OVERLOAD : AgentFailure.CRASH;
        Matcher retry = RETRY_AFTER.matcher(text);
        return new AgentRun.Failed(failure, "exit status " + exited.status() + ": " + last,
                retry.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(retry.group(1)))) : Optional.empty(),
                usage);
    }

    private Usage usage(List<String> lines) {
        if (settings.usage().isEmpty()) {
            return Usage.NONE;
        }
        for (String line : lines.reversed()) {
            Matcher found = settings.usage().get().matcher(line);
            if (found.find()) {
                return new Usage(Long.parseLong(group(found, "tokens", "0")), new BigDecimal(group(found, "usd", "0")));
            }
        }
        return Usage.NONE;
    }

    private static String group(Matcher matcher, String name, String otherwise) {
        boolean named = matcher.namedGroups().containsKey(name);
        return named && matcher.group(name) != null ? matcher.group(name) : otherwise;
    }

    /// More than one character in ten that is no text.
    private static boolean garbled(List<String> lines) {
        String text = String.join("", lines);
        long strange = text.chars().filter(c -> c == 0xFFFD || c < 32 && c != '\t' && c != 27).count();
        return text.length() > 20 && strange * 10 > text.length();
    }
}
