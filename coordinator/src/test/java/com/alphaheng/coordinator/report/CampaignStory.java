package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An event log written by hand, replayed into a roadmap: what the reports of the golden files tell. Its figures are
/// made up for the test.
final class CampaignStory {
    static final String NAME = "roadmap";
    private static final Instant START = Instant.parse("2026-02-03T10:00:00Z");
    private static final String COMMIT = "4f2a91c7d0e35b6a8c1f29d7e4b3a6058c9d1e2f";
    private static final String MACHINE = "test machine, 4 cores, 8 GB";

    private final RoadmapState state = new RoadmapState();
    private Instant now = START;

    CampaignStory() {
        state.replay(new RoadmapEvent.CoordinatorTookOver("coordinator-1", now));
        state.replay(new RoadmapEvent.CampaignOpened(NAME, now));
        state.replay(new RoadmapEvent.SubmissionAccepted(NAME, "c0ffee0123456789", List.of("roadmap.yaml"),
                Optional.of(COMMIT), "tester", now));
    }

    /// The campaign of the golden files: three stages measured, one task failed, one lost its worker, one still open.
    static CampaignFacts unfinished() {
        CampaignStory story = new CampaignStory();
        story.task("baseline-benchmark", Priority.P0, Category.COORDINATION_AND_VALIDATION, Optional.of("baseline"));
        story.task("remove-syncs", Priority.P0, Category.SYNC_ELIMINATION, Optional.of("no syncs"),
                "baseline-benchmark");
        story.task("fuse|norms", Priority.P1, Category.FUSION_AND_MEMORY, Optional.of("fusion"), "remove-syncs");
        story.task("mtp-draft", Priority.P1, Category.MTP, Optional.empty(), "remove-syncs");
        story.task("mtp-throughput", Priority.P2, Category.MTP, Optional.of("MTP"), "mtp-draft");
        story.task("final-report", Priority.P2, Category.COORDINATION_AND_VALIDATION, Optional.empty(), "fuse|norms");
        story.join();
        story.assign("baseline-benchmark", 1);
        story.succeed("baseline-benchmark", 1, alone(60.0, 61.0, 62.0, 60.5, 61.5, 61.2, 60.9, 61.1));
        story.assign("remove-syncs", 1);
        story.lose("remove-syncs", 1);
        story.assign("remove-syncs", 2);
        story.succeed("remove-syncs", 2, compared(120, 61));
        story.assign("fuse|norms", 1);
        story.succeed("fuse|norms", 1, compared(150, 119));
        story.assign("mtp-draft", 1);
        story.fail("mtp-draft", 1, "exit status 1: expected <2217> but was <886>\n  at position 41");
        story.assign("final-report", 1);
        return story.facts();
    }

    static CampaignFacts empty() {
        return new CampaignStory().facts();
    }

    CampaignFacts facts() {
        return CampaignFacts.of(state.campaign(NAME).orElseThrow(), state, now);
    }

    void task(String name, Priority priority, Category category, Optional<String> stage, String... dependencies) {
        Optional<BenchmarkSpec> benchmark = stage.map(bar -> new BenchmarkSpec("./marlin bench --optimizations all",
                bar.equals("baseline") ? Optional.empty() : Optional.of("./marlin bench --optimizations none"),
                "decode_tokens_per_second", BenchmarkSpec.Better.HIGHER, 0.02, stage, false, 0));
        state.replay(new RoadmapEvent.TaskAdded(NAME, new TaskSpec(name, "Do " + name, priority, List.of(dependencies),
                Optional.of("./marlin parity"), benchmark.isPresent() ? TaskKind.BENCHMARK : TaskKind.VERIFY, category,
                Requirements.NONE, List.of(), TaskSpec.DEFAULT_TIMEOUT, RetryPolicy.DEFAULT, List.of(), Budget.NONE,
                benchmark, List.of(), new SourceLocation("roadmap.yaml", 1, 1)), now));
    }

    void search(String name) {
        state.replay(new RoadmapEvent.TaskAdded(NAME, new TaskSpec(name, "", Priority.P1, List.of(), Optional.empty(),
                TaskKind.TUNE, Category.OTHER, Requirements.NONE, List.of(), TaskSpec.DEFAULT_TIMEOUT,
                RetryPolicy.DEFAULT, List.of(), Budget.NONE, Optional.empty(), List.of(),
                new SourceLocation("tune.yaml", 1, 1)), now));
    }

    /// A task as `heng revert` submits it.
    void revert(String task) {
        state.replay(new RoadmapEvent.TaskAdded(NAME, new TaskSpec("revert " + task, "revert " + COMMIT, Priority.P0,
                List.of(), Optional.of("./marlin parity"), TaskKind.AGENT, Category.OTHER, Requirements.NONE,
                List.of(WorkerProfile.REVERT), TaskSpec.DEFAULT_TIMEOUT, RetryPolicy.DEFAULT, List.of(), Budget.NONE,
                Optional.empty(), List.of(), new SourceLocation("revert.yaml", 1, 1)), now));
    }

    void join() {
        state.replay(new RoadmapEvent.WorkerJoined("mac-1", "i1", 1, new WorkerProfile(Map.of("os", "macos"),
                Set.of(TaskKind.values()), List.of(WorkerProfile.REVERT), 4, 4, 0, 8L << 30, MACHINE), now));
    }

    void assign(String task, int epoch) {
        now = now.plusSeconds(5);
        state.replay(new RoadmapEvent.AttemptAssigned(new AttemptId(NAME, task, epoch), "mac-1", "i1",
                Optional.empty(), Optional.empty(), now));
    }

    void succeed(String task, int epoch, List<Metric> metrics) {
        now = now.plusSeconds(90);
        state.replay(new RoadmapEvent.AttemptSucceeded(new AttemptId(NAME, task, epoch),
                result(Outcome.SUCCEEDED, "", metrics), now));
    }

    void fail(String task, int epoch, String reason) {
        now = now.plusSeconds(12);
        state.replay(new RoadmapEvent.AttemptFailed(new AttemptId(NAME, task, epoch),
                result(Outcome.VERIFICATION_FAILED, reason, List.of()), Optional.empty(), now));
    }

    void lose(String task, int epoch) {
        now = now.plusSeconds(9);
        state.replay(new RoadmapEvent.AttemptLost(new AttemptId(NAME, task, epoch), "no heartbeat for 9 s",
                Optional.of(now), now));
        state.replay(new RoadmapEvent.BackoffElapsed(NAME, task, now));
    }

    private AttemptResult result(Outcome outcome, String reason, List<Metric> metrics) {
        return new AttemptResult(outcome, reason, Optional.of(outcome == Outcome.SUCCEEDED ? 0 : 1),
                now.minus(Duration.ofSeconds(60)), now, metrics, COMMIT, MACHINE);
    }

    static List<Metric> alone(Double... samples) {
        return List.of(new Metric("decode_tokens_per_second", 61.05, "tok/s", List.of(samples)),
                new Metric("host_waits_per_token", 34, "", List.of()),
                new Metric("component_ms.attention", 4.25, "ms", List.of()),
                new Metric("component_ms.experts", 9.5, "ms", List.of()),
                new Metric("peak_memory", 734003200, "B", List.of()));
    }

    private static List<Double> alone(double center) {
        return List.of(center - 1, center - 0.5, center, center + 0.5, center + 1, center + 0.2, center - 0.2);
    }

    static List<Metric> compared(double candidate, double base) {
        double ratio = candidate / base;
        return List.of(new Metric("decode_tokens_per_second", candidate, "tok/s", alone(candidate)),
                new Metric("baseline.decode_tokens_per_second", base, "tok/s", alone(base)),
                new Metric("ratio", ratio, "", List.of(ratio * 0.99, ratio, ratio * 1.01)),
                new Metric("ratio_low", ratio * 0.97, "", List.of()),
                new Metric("ratio_high", ratio * 1.03, "", List.of()));
    }
}
