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
/// an argument (`agent "$HENG_PROMPT"`) or as input (`agent <<< "$HENG_PROMPT"`); otherwise its input is closed.
public final class CliBackend implements AgentBackend {
    private static final Pattern RATE_LIMIT = Pattern.compile("(?i)rate.?limit|\\b429\\b|too many requests|"
            + "quota exceeded|exceeded\\W.{0,40}quota|insufficient.?quota|exhausted.{0,40}quota|resource.?exhausted|"
            + "hit your .{0,30}limit|(usage|spend(ing)?|session|weekly|daily|hour) limit|credit balance|"
            + "insufficient balance");
    private static final Pattern AUTH = Pattern.compile("(?i)unauthori[sz]ed|\\b401\\b|(invalid|incorrect) api.?key|"
            + "api.?key not (valid|found)|not logged in|authentication.?(failed|error)|not authenticated|"
            + "please (log ?in|run /login)|token (has )?expired|set an auth method");
    private static final Pattern OVERLOAD = Pattern.compile("(?i)overloaded|\\b529\\b|\\b503\\b|service unavailable");
    private static final Pattern RETRY_AFTER = Pattern.compile("(?i)(?:retry|try again|resets?)[ -](?:after|in):? "
            + "(?:(\\d+) ?d[a-z]*[ ,]*)?(?:(\\d+) ?h[a-z]*[ ,]*)?(?:(\\d+) ?m[a-z]*[ ,]*)?(?:(\\d+)(?:\\.\\d+)? ?s)?");
    /// Why a run ended stands at its end. Before that stands what it read and wrote, in which a 429 means anything.
    private static final int LAST_WORDS = 10;
    /// Claude Code says so of every limit, also of one that is far.
    private static final String LIMIT_TOLD_OF = "\"rate_limit_event\"";

    private static final int LONGEST_REASON = 300;
    private static final String TOKENS = "tokens";
    private static final String USD = "usd";

    private final Settings settings;
    private final Commands commands;

    /// @param line        for bash
    /// @param silence     without output for so long it counts as hung
    /// @param environment given to this agent only: its keys live here, and nowhere else
    /// @param confinement what it may reach
    /// @param usage       finds in the output what a run cost, in the group `usd` and in groups whose names begin with
    ///                    `tokens` and that are added up; empty if the agent does not say
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
            case Exited exited -> new AgentRun.Done(usage, trouble(exited, usage), "");
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
        String last = exited.lastLines().isEmpty() ? "no output" : exited.lastLines().getLast();
        return trouble(exited, usage).orElseGet(() -> new AgentRun.Failed(AgentFailure.CRASH, "exit status "
                + exited.status() + ": " + brief(last), Optional.empty(), usage));
    }

    /// A trouble of the provider that a run's last words tell of.
    private static Optional<AgentRun.Failed> trouble(Exited exited, Usage usage) {
        List<String> lines = exited.lastLines().stream().filter(line -> !line.contains(LIMIT_TOLD_OF)).toList();
        List<String> words = lines.subList(Math.max(0, lines.size() - LAST_WORDS), lines.size());
        for (AgentFailure kind : List.of(AgentFailure.RATE_LIMIT, AgentFailure.AUTH, AgentFailure.OVERLOAD)) {
            Pattern sign = kind == AgentFailure.RATE_LIMIT ? RATE_LIMIT : kind == AgentFailure.AUTH ? AUTH : OVERLOAD;
            for (String line : words.reversed()) {
                Matcher found = sign.matcher(line);
                if (found.find()) {
                    String told = line.substring(Math.max(0, found.start() - LONGEST_REASON / 2));
                    return Optional.of(new AgentRun.Failed(kind, "exit status " + exited.status() + ": " + brief(told),
                            retryAfter(words), usage));
                }
            }
        }
        return Optional.empty();
    }

    private static String brief(String line) {
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON - 1) + "…";
    }

    private static Optional<Duration> retryAfter(List<String> lines) {
        Matcher asked = RETRY_AFTER.matcher(String.join("\n", lines));
        while (asked.find()) {
            Duration wait = Duration.ofDays(number(asked, 1)).plusHours(number(asked, 2)).plusMinutes(number(asked, 3))
                    .plusSeconds(number(asked, 4));
            if (wait.isPositive()) {
                return Optional.of(wait);
            }
        }
        return Optional.empty();
    }

    private static long number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        // More digits than any provider means would not fit.
        return digits == null ? 0 : Long.parseLong(digits.substring(0, Math.min(9, digits.length())));
    }

    private Usage usage(List<String> lines) {
        if (settings.usage().isEmpty()) {
            return Usage.NONE;
        }
        for (String line : lines.reversed()) {
            Matcher found = settings.usage().get().matcher(line);
            if (found.find()) {
                BigDecimal tokens = found.namedGroups().keySet().stream().filter(name -> name.startsWith(TOKENS))
                        .map(name -> amount(found, name)).reduce(BigDecimal.ZERO, BigDecimal::add);
                return new Usage(tokens.longValue(), found.namedGroups().containsKey(USD) ? amount(found, USD)
                        : BigDecimal.ZERO);
            }
        }
        return Usage.NONE;
    }

    /// Whether a group of that name in a usage expression says what a run cost.
    public static boolean isCost(String group) {
        return group.equals(USD) || group.startsWith(TOKENS);
    }

    /// What was found, with `1,234` meaning a thousand; what is no number, of which the cost is not known, counts
    /// nothing.
    private static BigDecimal amount(Matcher matcher, String name) {
        try {
            return matcher.group(name) == null ? BigDecimal.ZERO
                    : new BigDecimal(matcher.group(name).replaceAll("[,_ ]", "")).max(BigDecimal.ZERO);
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }

    /// More than one character in ten that is no text.
    private static boolean garbled(List<String> lines) {
        String text = String.join("", lines);
        long strange = text.chars().filter(c -> c == 0xFFFD || c < 32 && c != '\t' && c != 27).count();
        return text.length() > 20 && strange * 10 > text.length();
    }
}
