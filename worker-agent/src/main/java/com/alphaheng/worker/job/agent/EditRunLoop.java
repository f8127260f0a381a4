package com.alphaheng.worker.job.agent;

import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.agent.ChatEndpoint.Message;
import com.alphaheng.worker.job.agent.ChatEndpoint.Reply;
import com.alphaheng.worker.job.agent.EditScript.BadEdit;
import com.alphaheng.worker.job.agent.EditScript.Edit;
import com.alphaheng.worker.job.seal.SourceFiles;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The built-in agent: any chat model, in a loop of edits and sealed commands, until it says that it is done.
///
/// A turn may hold edits (see [EditScript]), lines `SHOW path`, lines `RUN command`, and ends the loop with a line
/// `DONE`.
public final class EditRunLoop implements AgentBackend {
    private static final String SYSTEM = """
            You change a source tree. Answer with any of these, and nothing that looks like them otherwise:
            SHOW path            to see a file
            RUN command          to run a shell command in the tree, without a network
            === path             to edit a file: the lines to find exactly once, then the lines to put there;
            <<<<                 nothing to find writes the whole file
            ====
            >>>>
            DONE                 when the task is done and checked
            """;
    private static final int MOST_SHOWN = 12_000;
    private static final int MOST_BAD_TURNS = 3;
    /// Longer than a provider's minute, others are asked instead.
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(2);

    private final Settings settings;
    private final ChatEndpoint endpoint;
    private final SourceFiles files;
    private final Commands commands;
    private final Pace pace;

    /// @param callsPerMinute          of all runs together
    /// @param usdPerMillionPrompt     price of a million prompt tokens
    /// @param usdPerMillionCompletion price of a million completion tokens
    public record Settings(String name, int mostTurns, int tokensPerTurn, OptionalInt callsPerMinute,
                           BigDecimal usdPerMillionPrompt, BigDecimal usdPerMillionCompletion) {
        Usage cost(long prompt, long completion) {
            BigDecimal usd = usdPerMillionPrompt.multiply(BigDecimal.valueOf(prompt))
                    .add(usdPerMillionCompletion.multiply(BigDecimal.valueOf(completion))).movePointLeft(6);
            return new Usage(prompt + completion, usd);
        }
    }

    public EditRunLoop(Settings settings, ChatEndpoint endpoint, SourceFiles files, Commands commands) {
        this.settings = settings;
        this.endpoint = endpoint;
        this.files = files;
        this.commands = commands;
        this.pace = new Pace(settings.callsPerMinute());
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Map<String, String> terms() {
        return Map.of("model", endpoint.model(),
                "usdPerMillionPromptTokens", settings.usdPerMillionPrompt().toPlainString(),
                "usdPerMillionCompletionTokens", settings.usdPerMillionCompletion().toPlainString());
    }

    @Override
    public AgentRun run(Request request) throws EnvironmentFailure {
        long end = System.nanoTime() + request.timeLimit().toNanos();
        List<Message> messages = new ArrayList<>(List.of(new Message("system", SYSTEM),
                new Message("user", request.prompt())));
        Usage spent = Usage.NONE;
        int badTurns = 0;
        for (int turn = 0; turn < settings.mostTurns(); turn++) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            if (request.stop().reason().isPresent() || !left.isPositive()) {
                AgentFailure failure = left.isPositive() ? AgentFailure.STOPPED : AgentFailure.TIME_LIMIT;
                return new AgentRun.Failed(failure, "after " + turn + " turns", Optional.empty(), spent);
            }
            // A call in flight counts with the most it may cost, so that the budget holds also if it costs that much.
            long characters = messages.stream().mapToLong(message -> message.text().length()).sum();
            Usage most = settings.cost(characters / 3, settings.tokensPerTurn());
            if (!request.allowance().allows(spent.plus(most))) {
                return new AgentRun.Failed(AgentFailure.OVER_BUDGET,
                        "the next call may exceed the task's budget; spent "
                        + spent.tokens() + " tokens, " + spent.usd() + " USD", Optional.empty(), spent);
            }
            Optional<AgentRun> ended = waited(request, turn, most, spent, left);
            if (ended.isPresent()) {
                return ended.get();
            }
            Spending.Ended call = request.spending().begin(most);
            switch (endpoint.complete(List.copyOf(messages), settings.tokensPerTurn(),
                    Duration.ofNanos(Math.max(1, end - System.nanoTime())), request.stop())) {
                case Reply.Refused refused -> {
                    Usage charged = refused.mayBeCharged() ? most : Usage.NONE;
                    call.cost(charged);
                    spent = spent.plus(charged);
                    return new AgentRun.Failed(refused.failure(), refused.reason(), refused.retryAfter(), spent);
                }
                case Reply.Text text -> {
                    Usage cost = settings.cost(text.promptTokens(), text.completionTokens());
                    call.cost(cost);
                    spent = spent.plus(cost);
                    text.text().lines().forEach(line -> request.output().line("agent", line));
                    Turn done = act(text.text(), request, left);
                    if (done.finished) {
                        return new AgentRun.Done(spent);
                    }
                    badTurns = done.understood ? 0 : badTurns + 1;
                    if (badTurns == MOST_BAD_TURNS) {
                        return new AgentRun.Failed(AgentFailure.BAD_OUTPUT,
                                "three answers in a row that ask for nothing "
                                + "or cannot be applied", Optional.empty(), spent);
                    }
                    messages.add(new Message("assistant", text.text()));
                    done.feedback.lines().forEach(line -> request.output().line(AttemptOutput.TOLD, line));
                    messages.add(new Message("user", done.feedback));
                }
            }
        }
        return new AgentRun.Failed(AgentFailure.BAD_OUTPUT, "not done after " + settings.mostTurns() + " turns",
                Optional.empty(), spent);
    }

    /// Waits for what the provider announced and for this worker's own pace, so that neither limit is hit.
    ///
    /// @return how the run ends instead, if it must
    private Optional<AgentRun> waited(Request request, int turn, Usage most, Usage spent, Duration left) {
        String turns = "after " + turn + " turns";
        Duration announced = endpoint.before(most.tokens());
        if (announced.compareTo(left) >= 0 || announced.compareTo(MOST_PATIENCE) > 0) {
            return Optional.of(new AgentRun.Failed(AgentFailure.RATE_LIMIT, turns + ": the provider announced that it "
                    + "takes no further call for " + announced.toSeconds() + " s", Optional.of(announced), spent));
        }
        Duration own = pace.start(Instant.now());
        if (own.compareTo(left) >= 0) {
            return Optional.of(new AgentRun.Failed(AgentFailure.TIME_LIMIT, turns + ": the next call would wait "
                    + own.toSeconds() + " s for the limit of " + settings.callsPerMinute().orElseThrow()
                    + " calls a minute", Optional.empty(), spent));
        }
        Duration wait = own.compareTo(announced) > 0 ? own : announced;
        return wait.isPositive() && request.stop().awaitStop(wait)
                ? Optional.of(new AgentRun.Failed(AgentFailure.STOPPED, turns, Optional.empty(), spent))
                : Optional.empty();
    }

    private record Turn(boolean finished, boolean understood, String feedback) {
    }

    private Turn act(String text, Request request, Duration left) throws EnvironmentFailure {
        StringBuilder feedback = new StringBuilder();
        boolean understood = false;
        try {
            for (Edit edit : EditScript.parse(text)) {
                String content = files.read(request.folder(), edit.path()).orElse("");
                files.write(request.folder(), edit.path(), edit.applyTo(content));
                feedback.append("edited ").append(edit.path()).append('\n');
                understood = true;
            }
        } catch (BadEdit e) {
            return new Turn(false, false, feedback + "edit refused: " + e.getMessage());
        } catch (java.io.UncheckedIOException e) {
            return new Turn(false, false, feedback + "edit refused: " + e.getCause().getMessage());
        }
        boolean done = false;
        for (String line : text.lines().toList()) {
            if (line.startsWith("SHOW ")) {
                String content = files.read(request.folder(), line.substring(5).strip()).orElse("(no such file)");
                feedback.append(content, 0, Math.min(content.length(), MOST_SHOWN)).append('\n');
                understood = true;
            } else if (line.startsWith("RUN ")) {
                feedback.append(ran(line.substring(4), request, left)).append('\n');
                understood = true;
            } else if (line.strip().equals("DONE")) {
                done = true;
            }
        }
        return new Turn(done, understood, understood ? feedback.toString()
                : "Nothing was asked for. Edit, SHOW, RUN, or say DONE on a line of its own.");
    }

    private String ran(String script, Request request, Duration left) throws EnvironmentFailure {
        Commands.Outcome outcome = commands.run(new Commands.Request("agent", script, request.folder(),
                request.environment(), left, Optional.empty(), Confinement.SEALED), request.stop(),
                request.output());
        String tail = String.join("\n", outcome.lastLines());
        return switch (outcome) {
            case Commands.Exited exited -> "exit status " + exited.status() + "\n"
                    + tail.substring(Math.max(0, tail.length() - MOST_SHOWN));
            case Commands.Killed killed -> "killed: " + killed.cause();
        };
    }
}
