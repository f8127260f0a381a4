package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.JobSpec.ShareResult;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.Tasks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The shares of a spread search and the attempt that ends it, with real commands. The machine of these tests gets 5 %
/// faster with every run of the benchmark in a checkout.
class SpreadSharesTest {
    @TempDir
    Path temporary;
    private AgentWorkshop workshop;

    @BeforeEach
    void prepare() throws Exception {
        workshop = new AgentWorkshop(temporary.resolve("shop"));
    }

    /// Of a larger tile the speed is the larger; the largest is wrong.
    private List<TaskSpec> search(BenchmarkSpec.Better better, String base, String tiles) {
        return search(new BenchmarkSpec("""
                echo "run of ${HENG_TUNING-base}" | tee -a runs
                tile=${HENG_TUNING-$(sed 's/.*# *//; s/slow/tile=BASE/' kernel.sh)}
                value=$(awk -v OFMT=%.15g "BEGIN { print ${tile#tile=} * 1.05 ^ $(wc -l < runs) }")
                printf '{"metrics": [{"name": "m", "value": %s}]}' "$value" > "$HENG_METRICS"
                """.replace("BASE", base), Optional.empty(), "m", better, 0.02, Optional.empty(), false, 0), tiles);
    }

    private List<TaskSpec> search(BenchmarkSpec speed, String tiles) {
        TaskSpec plain = Tasks.job(TaskKind.VERIFY, Optional.of("bash verify.sh; [ \"${HENG_TUNING-}\" != tile=64 ] "
                + "|| { echo too large; exit 1; }"), Optional.empty(), Duration.ofMinutes(5)).task();
        TuneSpec tune = new TuneSpec(List.of(new TuneParameter("tile", List.of(tiles.split(",")))), List.of(),
                TuneSpec.Search.GRID, 10, 1, "sed -i \"s/#.*/# ${HENG_TUNING}/\" kernel.sh", 2, Optional.empty());
        return SpreadSearch.expand(new TaskSpec("s", "", plain.priority(), List.of(), plain.verifyCommand(),
                TaskKind.TUNE, plain.category(), plain.requires(), List.of(), plain.timeout(), plain.retries(),
                List.of(), plain.budget(), Optional.of(speed), Optional.of(tune), List.of(), plain.location()));
    }

    @Test
    void eachConfigurationIsMeasuredBetweenTwoRunsOfTheBaseAndTheBestIsEntered() throws Exception {
        List<TaskSpec> tasks = search(BenchmarkSpec.Better.HIGHER, "2", "1,8,16,64");
        AttemptResult first = workshop.run(new JobSpec(tasks.get(0), Optional.empty()));
        assertThat(first.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(workshop.output().lines().filter(line -> line.startsWith("benchmark: ")))
                .containsExactly("benchmark: run of base", "benchmark: run of base", "benchmark: run of tile=1",
                        "benchmark: run of base", "benchmark: run of tile=16", "benchmark: run of base");
        assertThat(first.trials()).extracting(Trial::configuration).containsExactly(Map.of("tile", "1"),
                Map.of("tile", "16"));
        assertThat(first.trials().getFirst().value().orElseThrow()).isCloseTo(0.5, within(1e-6));
        assertThat(first.trials().getLast().value().orElseThrow()).isCloseTo(8.0, within(1e-6));
        assertThat(first.trials().getLast().samples()).hasSize(3);
        assertThat(first.metrics()).extracting(Metric::name).containsExactly("trial 1 (tile=1)", "trial 2 (tile=16)");
        assertThat(first.metrics().getLast().samples()).hasSize(2).allSatisfy(ratio ->
                assertThat(ratio).isCloseTo(8.0, within(0.5)));
        assertThat(workshop.branch()).as("a share changes nothing").isEmpty();

        AttemptResult second = workshop.run(new JobSpec(tasks.get(1), Optional.empty()));
        assertThat(second.reason()).isEqualTo("1 of 2 configurations measured; tile=64: not verified: the verify "
                + "command ended with exit status 1, too large");
        assertThat(second.trials().getLast().value()).isEmpty();
        assertThat(second.trials().getFirst().value().orElseThrow()).isCloseTo(4.0, within(1e-6));

        AttemptResult last = workshop.run(new JobSpec(tasks.get(2), Optional.empty(), List.of(
                new ShareResult("w1", first.trials()), new ShareResult("w2", second.trials()))));
        assertThat(last.reason()).isEqualTo("merged as " + last.commit());
        assertThat(workshop.git("show", "heng/c:kernel.sh")).contains("# tile=16");
        assertThat(last.metrics()).extracting(Metric::name).contains("trial 1 on w1 (tile=1)",
                "trial 2 on w1 (tile=16)", "trial 3 on w2 (tile=8)", "best trial (tile=16)", "trials", "ratio");
        workshop.assertNothingLeft();
    }

    /// Both stay, in one checkout; the machine gets 5 % faster with every turn of either.
    @Test
    void inTurnsEachConfigurationAndTheBaseStayBesideOneAnother() throws Exception {
        List<TaskSpec> tasks = search(new BenchmarkSpec("""
                tile=${HENG_TUNING-tile=2}
                while read -r seed; do
                  echo "turn of ${HENG_TUNING-base}" >> runs
                  value=$(awk -v OFMT=%.15g "BEGIN { print ${tile#tile=} * 1.05 ^ $(wc -l < runs) }")
                  printf '{"metrics": [{"name": "m", "value": %s}]}\n' "$value" >> "$HENG_METRICS"
                done
                """, Optional.empty(), "m", BenchmarkSpec.Better.HIGHER, 0.02, Optional.empty(), false, 4),
                "1,8,16,64");
        AttemptResult result = workshop.run(new JobSpec(tasks.getFirst(), Optional.empty()));
        assertThat(result.reason()).isEqualTo("2 of 2 configurations measured");
        assertThat(result.trials()).hasSize(2).allSatisfy(trial -> assertThat(trial.samples()).hasSize(8));
        assertThat(result.trials().getFirst().value().orElseThrow()).isCloseTo(0.5, within(1e-6));
        assertThat(result.trials().getLast().value().orElseThrow()).isCloseTo(8.0, within(1e-6));
        workshop.assertNothingLeft();
    }

    @Test
    void whereLessIsBetterTheRatioStillGrowsWithTheGain() throws Exception {
        List<TaskSpec> tasks = search(BenchmarkSpec.Better.LOWER, "2", "1,8");
        AttemptResult result = workshop.run(new JobSpec(tasks.getFirst(), Optional.empty()));
        assertThat(result.trials()).singleElement().satisfies(trial ->
                assertThat(trial.value().orElseThrow()).isCloseTo(2.0, within(1e-6)));
    }

    @Test
    void aBaseThatCannotBeMeasuredFailsTheShareAndAnEmptyShareIsNoFailure() throws Exception {
        AttemptResult failed = workshop.run(new JobSpec(search(BenchmarkSpec.Better.HIGHER, "0", "1,8").getFirst(),
                Optional.empty()));
        assertThat(failed.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(failed.reason()).isEqualTo("the base could not be measured, without $HENG_TUNING: the benchmark "
                + "command wrote no metric 'm' above 0 into $HENG_METRICS");
        TaskSpec tooMany = search(BenchmarkSpec.Better.HIGHER, "2", "1").getFirst();
        TaskSpec empty = search(BenchmarkSpec.Better.HIGHER, "2", "1,8").get(1);
        AttemptResult none = workshop.run(new JobSpec(new TaskSpec(empty.name(), "", empty.priority(), List.of(),
                empty.verifyCommand(), empty.kind(), empty.category(), empty.requires(), List.of(), empty.timeout(),
                empty.retries(), List.of(), empty.budget(), empty.benchmark(), tooMany.tune().map(tune -> new TuneSpec(
                tune.parameters(), List.of(), tune.search(), 10, 1, "c", 2, Optional.of(new TuneSpec.Share("s", 1, 2,
                2)))), List.of(), empty.location()), Optional.empty()));
        assertThat(none.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(none.trials()).isEmpty();
        AttemptResult nothing = workshop.run(new JobSpec(search(BenchmarkSpec.Better.HIGHER, "2", "1,8").getLast(),
                Optional.empty(), List.of(new ShareResult("w1", List.of(new Trial(Map.of("tile", "1"),
                Optional.empty(), List.of(), "broken"))))));
        assertThat(nothing.outcome()).isEqualTo(Outcome.AGENT_FAILED);
        assertThat(nothing.reason()).contains("none of 1 trials could be measured; the last: broken");
    }
}
