package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.Integration.Rebased;
import com.alphaheng.worker.job.Tasks;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real executables that behave as agent CLIs do on bad days, each through the whole attempt: routed, judged, reported,
/// and nothing of it left behind.
@Tag("slow")
class FakeAgentsTest {
    @TempDir
    Path temporary;
    private AgentWorkshop workshop;

    @BeforeEach
    void workshop() throws Exception {
        workshop = new AgentWorkshop(temporary);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rate-limited           | rate limit | retry after 120 s
            asks-on-standard-input | crash      | no answer on standard input
            hangs-silently         | hang       | printed nothing for 2 s
            crashes                | crash      | exit status 139
            emits-garbage          | bad output | no text
            changes-nothing        | no change  | it changed nothing
            fills-the-disk         | crash      | disk quota
            not-logged-in          | auth       | 401 Unauthorized
            overloaded             | overload   | 529
            """)
    void aBackendThatFailsIsNamedWithItsReasonAndTheNextOneTakesOver(String name, String failure, String reason)
            throws Exception {
        AttemptResult alone = workshop.run(task(List.of(name)));
        assertThat(alone.outcome()).isEqualTo(Outcome.AGENT_FAILED);
        assertThat(alone.reason()).startsWith("no backend made a change: " + name + ": " + failure).contains(reason)
                .doesNotContain("failed in this attempt");
        AgentWorkshop fresh = new AgentWorkshop(temporary.resolve("again"));
        AttemptResult withFallback = fresh.run(task(List.of(name, "succeeds")));
        assertThat(withFallback.reason()).startsWith("merged as ");
        assertThat(fresh.artifact(withFallback, "agent/1-" + name + "/run.json"))
                .contains("\"backend\" : \"" + name);
        assertThat(withFallback.artifacts()).anyMatch(one -> one.path().equals("agent/2-succeeds/transcript.txt"));
        assertThat(fresh.output()).contains("worker: backend " + name + ": " + failure);
        workshop.assertNothingLeft();
    }

    @Test
    void whatTheSealRejectsIsReportedWithItsRule() throws Exception {
        AttemptResult cheat = workshop.run(task(List.of("edits-protected-files")));
        assertThat(cheat.outcome()).isEqualTo(Outcome.AGENT_FAILED);
        assertThat(cheat.reason()).startsWith("rejected, protected-path: ").contains("verify.sh");
        AttemptResult wrong = workshop.run(task(List.of("breaks-the-kernel")));
        assertThat(wrong.reason()).startsWith("rejected, verify-failed: ").contains("41 instead of 42");
        assertThat(workshop.branch()).as("nothing merged").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"succeeds", "answers-slowly", "spawns-a-daemon", "leaks-a-secret"})
    void whatWorksIsMergedAndLeavesNothingBehind(String name) throws Exception {
        AttemptResult result = workshop.run(task(List.of(name)));
        assertThat(result.reason()).isEqualTo("merged as " + result.commit());
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(workshop.branch()).contains(result.commit());
        assertThat(workshop.git("show", result.commit() + ":kernel.sh")).contains("fast");
        assertThat(workshop.output()).doesNotContain(AgentWorkshop.SECRET);
        assertThat(workshop.artifact(result, "agent/1-" + name + "/transcript.txt")).contains("[prompt] make it fast")
                .endsWith("[worker] end\n").doesNotContain(AgentWorkshop.SECRET);
        assertThat(workshop.artifact(result, "agent/1-" + name + "/run.json"))
                .contains("\"ended\" : \"done\"", "\"command\" : \"bash ");
        if (name.equals("spawns-a-daemon")) {
            assertThat(workshop.output()).contains("agent: left running, and killed: ").contains("sleep 1111");
        }
        if (name.equals("leaks-a-secret")) {
            assertThat(workshop.output()).contains("agent: my key is [secret]");
        }
        workshop.assertNothingLeft();
    }

    @Test
    void aRateLimitedBackendIsNotAskedAgainBeforeItsTime() throws Exception {
        workshop.run(task(List.of("rate-limited")));
        AttemptResult second = workshop.run(task(List.of("rate-limited")));
        assertThat(second.reason()).contains("rests until").contains("after rate limit");
    }

    @Test
    void aSpentBudgetStopsTheNextRunAndTheCostIsReported() throws Exception {
        Budget budget = new Budget(Optional.of(new BigDecimal("0.75")), Optional.empty(), Optional.empty());
        JobSpec job = budgeted("succeeds", budget);
        AttemptResult first = workshop.run(job);
        assertThat(first.metrics()).anyMatch(m -> m.name().equals("agent_usd") && m.value() == 0.75)
                .anyMatch(m -> m.name().equals("agent_tokens") && m.value() == 1200);
        assertThat(workshop.run(job).reason()).as("what is merged is not paid for again")
                .isEqualTo("merged as " + first.commit() + " by an earlier attempt");
        JobSpec more = new JobSpec(prompted("succeeds", "once more").task().narrowed(List.of("succeeds"), budget),
                Optional.empty());
        assertThat(workshop.run(more).reason()).contains("over budget").contains("budget is spent");
    }

    @Test
    void theBudgetsTimeEndsARunAndCountsOverAllAttempts() throws Exception {
        JobSpec job = budgeted("answers-slowly", new Budget(Optional.empty(), Optional.empty(),
                Optional.of(Duration.ofMillis(1500))));
        AttemptResult first = workshop.run(job);
        assertThat(first.outcome()).isEqualTo(Outcome.AGENT_FAILED);
        assertThat(first.reason()).contains("over budget, the task's budget of time is spent");
        assertThat(first.metrics()).as("a failed run costs, too").filteredOn(m -> m.name().equals("agent_seconds"))
                .singleElement().satisfies(m -> assertThat(m.value()).isGreaterThanOrEqualTo(1.5));
        assertThat(workshop.run(job).reason()).contains("over budget, the task's budget is spent");
    }

    @Test
    void whoTriesAgainReadsWhyTheLastChangeWasSentBack() throws Exception {
        JobSpec first = task(List.of("edits-protected-files"));
        String reason = workshop.run(first).reason();
        AttemptResult second = workshop.run(new JobSpec(task(List.of("succeeds")).task(), Optional.empty(), List.of(),
                List.of(reason), List.of()));
        assertThat(workshop.artifact(second, "agent/1-succeeds/transcript.txt")).contains("[prompt] make it fast",
                "[prompt] Earlier attempts at this task were sent back", "[prompt] - rejected, protected-path: ");
    }

    @Test
    void twoChangesOfTheSamePlaceOneIsSentBackWithTheReason() throws Exception {
        String tip = workshop.git("rev-parse", "HEAD");
        GitIntegration integration = workshop.integration();
        AttemptResult first = workshop.run(task(List.of("succeeds")));
        String other = workshop.commitOn(tip, "kernel.sh", "echo 42 # another way");
        assertThat(integration.advance("c", tip, other)).as("the branch is elsewhere").isFalse();
        assertThat(integration.rebase(other, first.commit()))
                .isEqualTo(new Rebased.Conflict(List.of("kernel.sh")));
        String apart = workshop.commitOn(tip, "notes.sh", "echo notes");
        var rebased = (Rebased.Clean) integration.rebase(apart, first.commit());
        assertThat(integration.advance("c", first.commit(), rebased.commit())).isTrue();
        assertThat(workshop.git("show", "heng/c:notes.sh")).contains("notes");
    }

    @Test
    void aMergedChangeIsTakenBackByTheSameTrain() throws Exception {
        AttemptResult first = workshop.run(task(List.of("succeeds")));
        AttemptResult reverted = workshop.run(prompted("revert", "revert " + first.commit() + "\nIt was too risky."));
        assertThat(reverted.reason()).isEqualTo("merged as " + reverted.commit());
        assertThat(workshop.output()).contains("made to fail, and the checks noticed: kernel.sh");
        assertThat(workshop.branch()).contains(reverted.commit());
        assertThat(workshop.git("show", "heng/c:kernel.sh")).contains("slow");
        assertThat(workshop.git("log", "--format=%s", "heng/c").lines().count()).as("history is kept").isEqualTo(3);
        assertThat(workshop.run(prompted("revert", "take it back")).reason()).contains("./heng revert TASK");
        JobSpec again = prompted("revert", "revert " + first.commit());
        AttemptResult nothing = workshop.run(new JobSpec(again.task(), again.commit(), List.of(), List.of(),
                List.of(reverted.commit())));
        assertThat(nothing.outcome().retryable()).isFalse();
        assertThat(nothing.reason()).isEqualTo(first.commit() + " is taken back already: nothing of it is left");
    }

    @Test
    void aChangeThatOthersBuildOnIsNotTakenBackAndTheyAreNamed() throws Exception {
        AttemptResult first = workshop.run(task(List.of("succeeds")));
        AttemptResult second = workshop.run(prompted("patch", """
                === kernel.sh
                <<<<
                # fast
                ====
                # faster
                >>>>
                """));
        assertThat(second.outcome()).isEqualTo(Outcome.SUCCEEDED);
        AttemptResult revert = workshop.run(prompted("revert", "revert " + first.commit()));
        assertThat(revert.outcome()).as("another try would find the same").isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(revert.reason()).isEqualTo(first.commit() + " cannot be taken back by itself, since t ("
                + second.commit().substring(0, 12) + ") changed the same lines later, in kernel.sh; take that back "
                + "first: `./heng revert 't'`; then ask for this one again");
    }

    @Test
    void patchTasksApplyTheEditsOfTheirPrompt() throws Exception {
        JobSpec job = prompted("patch", """
                Edits follow.
                === kernel.sh
                <<<<
                # slow
                ====
                # fast, by a patch
                >>>>
                """);
        AttemptResult result = workshop.run(job);
        assertThat(result.reason()).isEqualTo("merged as " + result.commit());
        assertThat(workshop.git("show", "heng/c:kernel.sh")).contains("fast, by a patch");
        assertThat(workshop.run(task(List.of("patch"))).reason()).contains("patch: bad output");
    }

    /// The benchmark says that a larger tile is faster; the largest is wrong.
    @Test
    void aSearchEntersItsBestConfigurationAndIsJudgedLikeAnyChange() throws Exception {
        TaskSpec plain = task(List.of()).task();
        TuneSpec tune = new TuneSpec(List.of(new TuneParameter("tile", List.of("1", "8", "16", "64"))), List.of(),
                TuneSpec.Search.GRID, 10, 1, "sed -i \"s/#.*/# ${HENG_TUNING}/\" kernel.sh");
        BenchmarkSpec speed = new BenchmarkSpec("""
                tile=${HENG_TUNING-$(sed 's/.*# *//; s/slow/tile=1/' kernel.sh)}
                printf '{"metrics": [{"name": "speed", "value": %s}]}' "${tile#tile=}" > "$HENG_METRICS"
                """, Optional.empty(), "speed", BenchmarkSpec.Better.HIGHER, 0.02, Optional.empty(), false, 0);
        JobSpec job = new JobSpec(new TaskSpec(plain.name(), "", plain.priority(), List.of(),
                Optional.of("bash verify.sh; [ \"${HENG_TUNING-}\" != tile=64 ] || { echo too large; exit 1; }"),
                TaskKind.TUNE, plain.category(), plain.requires(), List.of(), plain.timeout(), plain.retries(),
                List.of(), plain.budget(), Optional.of(speed), Optional.of(tune), List.of(), plain.location()),
                Optional.empty());
        AttemptResult result = workshop.run(job);
        assertThat(result.reason()).isEqualTo("merged as " + result.commit());
        assertThat(workshop.git("show", "heng/c:kernel.sh")).contains("# tile=16");
        assertThat(workshop.output()).contains("tile=64: not verified: the verify command ended with exit status 1, "
                + "too large");
        assertThat(result.metrics()).extracting(AttemptResult.Metric::name).contains("trial 1 (tile=1)",
                "trial 2 (tile=8)", "trial 3 (tile=16)", "best trial (tile=16)", "trials", "ratio", "ratio_low");
        assertThat(result.metrics()).filteredOn(metric -> metric.name().equals("ratio")).singleElement()
                .satisfies(ratio -> assertThat(ratio.value()).isCloseTo(16, within(1e-6)));
        assertThat(result.trials().get(2)).as("measured between two runs of the base").isEqualTo(new Trial(
                Map.of("tile", "16"), Optional.of(16.0), List.of(1.0, 16.0, 1.0), ""));
    }

    private static JobSpec budgeted(String backend, Budget budget) {
        return new JobSpec(task(List.of(backend)).task().narrowed(List.of(backend), budget), Optional.empty());
    }

    private static JobSpec prompted(String backend, String prompt) {
        TaskSpec plain = task(List.of(backend)).task();
        return new JobSpec(new TaskSpec(plain.name(), prompt, plain.priority(), plain.dependencies(),
                plain.verifyCommand(), plain.kind(), plain.category(), plain.requires(), plain.backends(),
                plain.timeout(), plain.retries(), plain.touches(), plain.budget(), plain.benchmark(),
                plain.artifacts(), plain.location()), Optional.empty());
    }

    private static JobSpec task(List<String> backends) {
        TaskSpec plain = Tasks.job(TaskKind.AGENT, Optional.of("bash verify.sh"), Optional.empty(),
                Duration.ofMinutes(5)).task();
        return new JobSpec(new TaskSpec(plain.name(), plain.prompt(), plain.priority(), plain.dependencies(),
                plain.verifyCommand(), plain.kind(), plain.category(), plain.requires(), backends, plain.timeout(),
                plain.retries(), plain.touches(), plain.budget(), plain.benchmark(), plain.artifacts(),
                plain.location()), Optional.empty());
    }
}
