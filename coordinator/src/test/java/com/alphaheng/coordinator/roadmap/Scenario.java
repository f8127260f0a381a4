package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.JobSpec.ShareResult;
import com.alphaheng.protocol.Trial;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Runs a roadmap from text: one line one step, see [ScenarioTest] for the language.
///
/// Checks fail with the line number and the line. Every fact is encoded, decoded and kept, so that each scenario can
/// also
/// be replayed.
final class Scenario {
    static final String CAMPAIGN = "c";
    static final RoadmapPolicy POLICY = RoadmapPolicy.DEFAULT;

    final RoadmapState state = new RoadmapState();
    final List<RoadmapEvent.Durable> log = new ArrayList<>();
    private final RoadmapDecider decider = new RoadmapDecider(POLICY);
    private final Map<String, TaskSpec> defined = new LinkedHashMap<>();
    private final Map<String, Long> sequences = new LinkedHashMap<>();
    private final Map<String, String> incarnations = new LinkedHashMap<>();
    private final List<String> said = new ArrayList<>();
    private List<String> setbacks = List.of();
    private List<String> succeeded = List.of();
    private Reply lastReply = new Reply.Silence();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private String line = "";

    Scenario run(String text) {
        int number = 0;
        for (String raw : text.split("\n")) {
            number++;
            line = number + ": " + raw.strip();
            String step = raw.strip();
            if (!step.isEmpty()) {
                step(step.split("\\s+"), step);
            }
        }
        return this;
    }

    private void step(String[] w, String whole) {
        switch (w[0]) {
            case "task" -> defined.put(w[1], spec(w));
            case "drop" -> defined.remove(w[1]);
            case "submit" -> command(new RoadmapCommand.Submit(CAMPAIGN, "hash" + log.size(), List.of("f.yaml"),
                    Optional.empty(), defined.values().stream().flatMap(task -> SpreadSearch.expand(task).stream())
                    .toList(), "ann", w.length > 1 && w[1].equals("dry")));
            case "cancel" -> command(w.length == 1 ? new RoadmapCommand.CancelCampaign(CAMPAIGN, "ann")
                    : new RoadmapCommand.CancelTask(CAMPAIGN, name(w[1]), "ann"));
            case "retry" -> command(new RoadmapCommand.RetryTask(CAMPAIGN, name(w[1]), "ann"));
            case "rerun" -> command(new RoadmapCommand.RerunFailed(CAMPAIGN, "ann"));
            case "pause" -> command(new RoadmapCommand.PauseCampaign(CAMPAIGN, "ann"));
            case "resume" -> command(new RoadmapCommand.ResumeCampaign(CAMPAIGN, "ann"));
            case "limit" -> command(new RoadmapCommand.SetLimit(LimitScope.of(w[1]).orElseThrow(), w[2],
                    w[3].equals("none") ? Optional.empty() : Optional.of(Integer.valueOf(w[3])), "ann"));
            case "token" -> command(new RoadmapCommand.IssueToken(w[1], Role.of(w[2]).orElseThrow(), "hash-" + w[1],
                    w.length > 3 ? Optional.of(now.plusSeconds(Long.parseLong(w[3]))) : Optional.empty(), "ann",
                    false));
            case "revoke" -> command(new RoadmapCommand.RevokeToken(w[1], "ann", false));
            case "offer" -> command(new RoadmapCommand.OfferEnrolment(w[1], w.length > 2 ? Optional.of(w[2])
                    : Optional.empty(), now.plusSeconds(60), "ann"));
            case "enrol" -> command(new RoadmapCommand.EnrolWorker(w[1], w[2], "hash-" + w[2]));
            case "webhook" -> command(new RoadmapCommand.AddWebhook(w[1], "http://x/" + w[1], "secret",
                    Optional.of(option(w, "campaign", "")).filter(name -> !name.isEmpty()),
                    list(option(w, "events", "")), "ann"));
            case "unhook" -> command(new RoadmapCommand.RemoveWebhook(w[1], "ann"));
            case "answer" -> command(new RoadmapCommand.AnswerWebhook(w[1], Long.parseLong(w[2]), "t", true, 1,
                    "200"));
            case "takeover" -> command(new RoadmapCommand.TakeOver("coordinator-2"));
            case "recall" -> command(new RoadmapCommand.RecallSilence(Arrays.stream(w).skip(3).map(word ->
                    word.split("=")).collect(Collectors.toMap(part -> part[0], part ->
                    Duration.ofMillis(Long.parseLong(part[1])))), Duration.ofMillis(Long.parseLong(w[1])),
                    Duration.ofMillis(Long.parseLong(option(w, "outage", "0")))));
            case "assign" -> assign();
            case "tick" -> tick(Duration.ofMillis(Long.parseLong(w[1])), true);
            case "deaf" -> tick(Duration.ofMillis(Long.parseLong(w[1])), false);
            case "jump" -> {
                now = now.plusMillis(Long.parseLong(w[1]));
                command(new RoadmapCommand.Tick(true));
            }
            case "expect" -> expect(w, whole);
            default -> worker(w, whole);
        }
    }

    private void worker(String[] w, String whole) {
        String id = w[0];
        switch (w[1]) {
            case "starts" -> {
                incarnations.merge(id, id + "-1", (old, first) -> id + "-"
                        + (Integer.parseInt(old.substring(old.lastIndexOf('-') + 1)) + 1));
                sequences.put(id, 0L);
                hear(new WorkerMessage.Hello(id, incarnations.get(id), next(id), profile(w), List.of()));
            }
            case "hello" -> hear(new WorkerMessage.Hello(id, incarnations.get(id), next(id), profile(w),
                    attempts(w, 2)));
            case "sees-again" -> hear(new WorkerMessage.Hello(id, w[2], Long.parseLong(w[3]), profile(w), List.of()));
            case "beats" -> hear(new WorkerMessage.Heartbeat(id, incarnations.get(id), next(id), attempts(w, 2)));
            case "rebeats" -> hear(new WorkerMessage.Heartbeat(id, incarnations.get(id), sequences.get(id),
                    attempts(w, 2)));
            case "reaches" -> hear(new WorkerMessage.AttemptProgress(id, incarnations.get(id), next(id),
                    attempt(w[2]), w[3], now));
            case "ends" -> hear(new WorkerMessage.AttemptFinished(id, incarnations.get(id), next(id), attempt(w[2]),
                    new AttemptResult(AttemptResult.Outcome.valueOf(w[3]),
                            w[3].equals("SUCCEEDED") ? "" : "because " + w[3], Optional.of(0), now, now, spending(w),
                            "abc", "box", List.of(), trials(w))));
            case "leaves" -> hear(new WorkerMessage.Goodbye(id, incarnations.get(id), next(id), "stopped"));
            default -> throw new AssertionError("no such step: " + whole);
        }
    }

    private void expect(String[] w, String whole) {
        switch (w[1]) {
            case "said" -> check(String.join("; ", said), whole.substring("expect said".length()).strip());
            case "merged-before" -> check(String.join("; ", succeeded),
                    whole.substring("expect merged-before".length()).strip());
            case "setbacks" -> check(String.join("; ", setbacks), whole.substring("expect setbacks".length()).strip());
            case "reply" -> checkContains(lastReply.toString(), whole.substring("expect reply".length()).strip());
            case "reason" -> checkContains(new BlockingReason(state, now).of(task(w[2])),
                    whole.substring(("expect reason " + w[2]).length()).strip());
            case "standstill" -> checkContains(new BlockingReason(state, now).standstill(state.campaign(CAMPAIGN)
                    .orElseThrow()).orElse("no standstill"), whole.substring("expect standstill".length()).strip());
            case "tokens" -> check(String.join("; ", state.administration().tokens().stream().map(token ->
                    token.name() + " " + token.role()).toList()), whole.substring("expect tokens".length()).strip());
            case "told" -> check(String.join("; ", told(w[2])), whole.substring(("expect told " + w[2]).length())
                    .strip());
            case "audit" -> checkContains(state.administration().audit().entries().toString(),
                    whole.substring("expect audit".length()).strip());
            case "forgotten" -> check(String.valueOf(state.findWorker(w[2]).isPresent()), "false");
            case "diff" -> check(state.campaign(CAMPAIGN).orElseThrow().lastSubmission().orElseThrow().diff()
                    .summary(), whole.substring("expect diff".length()).strip());
            case "gone" -> check(String.valueOf(state.find(CAMPAIGN, w[2]).isPresent()), "false");
            case "worker" -> check(state.findWorker(w[2]).orElseThrow().presence().name(), w[3]);
            default -> {
                Task task = task(w[1]);
                String actual = task.status() + task.runningAttempt().map(attempt -> " " + attempt.worker() + "#"
                        + attempt.id().epoch()).orElse("");
                check(actual, String.join(" ", Arrays.copyOfRange(w, 2, w.length)));
            }
        }
        if (w[1].equals("said")) {
            said.clear();
        }
    }

    /// What waits to be told to a webhook.
    private List<String> told(String webhook) {
        return state.administration().webhook(webhook).orElseThrow().pending().stream().map(notification ->
                notification.sequence() + " " + notification.type() + notification.task().map(task -> " " + task)
                        .orElse("")).toList();
    }

    /// Names with blanks are written with `_`.
    private static String name(String word) {
        return word.replace('_', ' ');
    }

    private Task task(String name) {
        return state.find(CAMPAIGN, name(name)).orElseThrow(() ->
                new AssertionError("no task " + name + " at " + line));
    }

    private void check(String actual, String expected) {
        if (!actual.equals(expected)) {
            throw new AssertionError("line " + line + "\nexpected: " + expected + "\nactual:   " + actual);
        }
    }

    private void checkContains(String actual, String expected) {
        if (!actual.contains(expected)) {
            throw new AssertionError("line " + line + "\nexpected to contain: " + expected + "\nactual: " + actual);
        }
    }

    private void tick(Duration duration, boolean hearing) {
        Instant until = now.plus(duration);
        while (now.isBefore(until)) {
            now = now.plusMillis(250).isAfter(until) ? until : now.plusMillis(250);
            command(new RoadmapCommand.Tick(hearing));
        }
    }

    private void assign() {
        Decision decision;
        do {
            decision = command(new RoadmapCommand.AssignReadyTasks());
        } while (!decision.events().isEmpty());
    }

    private Decision command(RoadmapCommand command) {
        Decision decision = decider.decide(state, command, now);
        for (RoadmapEvent event : decision.events()) {
            state.replay(event);
            if (event instanceof RoadmapEvent.Durable durable) {
                log.add(EventCodec.decode(EventCodec.encode(durable)));
            }
        }
        decision.messages().forEach(message -> {
            if (message instanceof CoordinatorMessage.Assignment assignment) {
                setbacks = assignment.job().setbacks();
                succeeded = assignment.job().succeeded();
            }
        });
        decision.messages().forEach(message -> said.add(switch (message) {
            case CoordinatorMessage.Assignment assignment -> assignment.workerId() + " run "
                    + assignment.attempt().task() + "#" + assignment.attempt().epoch()
                    + budget(assignment.job().task().budget()) + measured(assignment.job().shares());
            case CoordinatorMessage.StopAttempt stop -> stop.workerId() + " stop " + stop.attempt().task() + "#"
                    + stop.attempt().epoch();
            case CoordinatorMessage.IntroduceYourself introduce -> introduce.workerId() + " introduce yourself";
        }));
        if (!(decision.reply() instanceof Reply.Silence)) {
            lastReply = decision.reply();
        }
        return decision;
    }

    private void hear(WorkerMessage message) {
        command(new RoadmapCommand.HearWorker(message));
    }

    private long next(String id) {
        return sequences.merge(id, 1L, Long::sum);
    }

    private static List<AttemptId> attempts(String[] w, int from) {
        return Arrays.stream(w).skip(from).filter(word -> word.contains("#")).map(Scenario::attempt).toList();
    }

    private static AttemptId attempt(String word) {
        String[] parts = word.split("#");
        return new AttemptId(CAMPAIGN, name(parts[0]), Integer.parseInt(parts[1]));
    }

    private static String option(String[] w, String name, String otherwise) {
        return Arrays.stream(w).filter(word -> word.startsWith(name + "=")).map(word ->
                word.substring(name.length() + 1)).findFirst().orElse(otherwise);
    }

    private static List<String> list(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    private static WorkerProfile profile(String[] w) {
        Map<String, String> labels = new HashMap<>(Map.of("os", option(w, "os", "linux"),
                "chip", option(w, "chip", "c1")));
        if (!option(w, "paused", "").isEmpty()) {
            labels.put(WorkerProfile.PAUSED, option(w, "paused", ""));
        }
        return new WorkerProfile(labels, EnumSet.allOf(TaskKind.class),
                list(option(w, "agents", "")), Integer.parseInt(option(w, "slots", "1")), 2, 0, 1L << 34, "box");
    }

    /// `ends T#1 OUTCOME usd=2.5 minutes=10`: what an agent cost.
    private static List<AttemptResult.Metric> spending(String[] w) {
        double minutes = Double.parseDouble(option(w, "minutes", "0"));
        return option(w, "usd", "").isEmpty() ? List.of() : List.of(
                new AttemptResult.Metric("agent_usd", Double.parseDouble(option(w, "usd", "")), "USD", List.of()),
                new AttemptResult.Metric("agent_seconds", 60 * minutes, "s", List.of()));
    }

    /// `ends S#1 SUCCEEDED trials=0:1.02,1:-`: the values of the parameter a, and how many times the base each was.
    private static List<Trial> trials(String[] w) {
        return list(option(w, "trials", "")).stream().map(trial -> trial.split(":")).map(parts ->
                new Trial(Map.of("a", parts[0]), parts[1].equals("-") ? Optional.empty()
                        : Optional.of(Double.valueOf(parts[1])), List.of(), "")).toList();
    }

    /// What a part of a search builds on: ` on w1 0 2, w2 1`.
    private static String measured(List<ShareResult> shares) {
        return shares.isEmpty() ? "" : " on " + shares.stream().map(share -> share.worker() + share.trials().stream()
                .map(trial -> " " + trial.configuration().get("a")).collect(Collectors.joining()))
                .collect(Collectors.joining(", "));
    }

    private static String budget(Budget budget) {
        return budget.usd().map(usd -> " for " + usd.stripTrailingZeros().toPlainString() + " USD").orElse("")
                + budget.time().map(time -> " in " + time.toMinutes() + " min").orElse("");
    }

    /// `task NAME [priority=P0] [after=A,B] [kind=VERIFY] [retries=2] [os=linux] [touches=a/*] [usd=5] ...`; a search
    /// is `kind=TUNE workers=2 values=4 search=GRID`.
    static TaskSpec spec(String[] w) {
        String os = option(w, "os", "");
        return new TaskSpec(w[1], option(w, "prompt", "do"), Priority.valueOf(option(w, "priority", "P1")),
                list(option(w, "after", "")),
                option(w, "verify", "yes").equals("yes") ? Optional.of("./verify") : Optional.empty(),
                TaskKind.valueOf(option(w, "kind", "VERIFY")), Category.OTHER,
                new Requirements(os.isEmpty() ? Map.of() : Map.of("os", os), 0, 0), list(option(w, "backends", "")),
                Duration.ofSeconds(Long.parseLong(option(w, "timeout", "3600"))),
                new RetryPolicy(Integer.parseInt(option(w, "retries", "2")), Duration.ofSeconds(4),
                        Duration.ofMinutes(1), RetryPolicy.DEFAULT_JITTER), list(option(w, "touches", "")),
                new Budget(Optional.of(option(w, "usd", "")).filter(usd -> !usd.isEmpty()).map(BigDecimal::new),
                        Optional.empty(), Optional.of(option(w, "minutes", "")).filter(time -> !time.isEmpty())
                        .map(time -> Duration.ofMinutes(Long.parseLong(time)))), benchmark(w), search(w),
                List.of(), new SourceLocation("f.yaml", 1, 1));
    }

    private static Optional<BenchmarkSpec> benchmark(String[] w) {
        return search(w).map(_ -> new BenchmarkSpec("./bench", Optional.empty(), "speed", BenchmarkSpec.Better.HIGHER,
                0.02, Optional.of("tuned"), false, 0));
    }

    private static Optional<TuneSpec> search(String[] w) {
        int values = Integer.parseInt(option(w, "values", "0"));
        return values == 0 ? Optional.empty() : Optional.of(new TuneSpec(List.of(new TuneParameter("a",
                IntStream.range(0, values).mapToObj(Integer::toString).toList())), List.of(),
                TuneSpec.Search.valueOf(option(w, "search", "GRID")), 2 * values, 1, "./enter",
                Integer.parseInt(option(w, "workers", "1")), Optional.empty()));
    }
}
