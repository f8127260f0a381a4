package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.spec.TuneSpec.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SpreadSearchTest {
    private static List<TaskSpec> fixture() {
        return ((ParsedSubmission.Accepted) new TaskFileParser().parse(List.of(
                Fixtures.read(Fixtures.ROOT.resolve("valid/spread.yaml"))))).tasks();
    }

    private static TaskSpec search(TuneSpec.Search search, int values, int trials, int workers) {
        TaskSpec plain = fixture().getLast();
        TuneSpec tune = new TuneSpec(List.of(new TuneParameter("a", IntStream.range(0, values)
                .mapToObj(Integer::toString).toList())), List.of(), search, trials, 1, "c", workers, Optional.empty());
        return new TaskSpec("s", "", plain.priority(), List.of("before"), plain.verifyCommand(), TaskKind.TUNE,
                plain.category(), plain.requires(), List.of(), plain.timeout(), plain.retries(), List.of("tuning.json"),
                plain.budget(), Optional.of(new BenchmarkSpec("b", Optional.empty(), "m", BenchmarkSpec.Better.HIGHER,
                0.02, Optional.of("tuned"), false, 0)), Optional.of(tune), List.of("x"), plain.location());
    }

    @Test
    void sharesComeBeforeTheirSearchRoundByRound() {
        List<TaskSpec> tasks = fixture();
        assertThat(tasks).extracting(TaskSpec::name).containsExactly("prepare",
                "search-tiles (round 1, share 1 of 3)", "search-tiles (round 1, share 2 of 3)",
                "search-tiles (round 1, share 3 of 3)", "search-tiles (round 2, share 1 of 3)",
                "search-tiles (round 2, share 2 of 3)", "search-tiles (round 2, share 3 of 3)",
                "search-tiles (round 3, share 1 of 2)", "search-tiles (round 3, share 2 of 2)", "search-tiles",
                "after-it");
        assertThat(tasks.get(1).dependencies()).containsExactly("prepare");
        assertThat(tasks.get(4).dependencies()).containsExactly("prepare", tasks.get(1).name(), tasks.get(2).name(),
                tasks.get(3).name());
        assertThat(tasks.get(9).dependencies()).hasSize(9).contains("prepare", tasks.get(1).name(),
                tasks.get(8).name());
        assertThat(tasks.get(10).dependencies()).containsExactly("search-tiles");
        assertThat(tasks).extracting(SpreadSearch::of).first().isEqualTo(Optional.empty());
        assertThat(tasks.subList(1, 10)).extracting(SpreadSearch::of).containsOnly(Optional.of("search-tiles"));
        assertThat(tasks.get(5).tune().orElseThrow().share()).contains(new Share("search-tiles", 2, 2, 3));
        assertThat(tasks.get(9).tune().orElseThrow().share()).isEmpty();
        assertThat(TaskGraph.of(tasks).layer("search-tiles")).isEqualTo(4);
    }

    @Test
    void aShareOnlyMeasures() {
        TaskSpec share = SpreadSearch.expand(search(TuneSpec.Search.GRID, 4, 4, 2)).getFirst();
        assertThat(share.touches()).as("others may edit meanwhile").isEmpty();
        assertThat(share.artifacts()).isEmpty();
        assertThat(share.benchmark().orElseThrow().stage()).as("no bar of the staircase").isEmpty();
        assertThat(share.verifyCommand()).isPresent();
    }

    @Test
    void aSearchOfOneWorkerStaysOneTask() {
        TaskSpec alone = search(TuneSpec.Search.HALVING, 9, 9, 1);
        assertThat(SpreadSearch.expand(alone)).containsExactly(alone);
        assertThat(SpreadSearch.of(alone)).isEmpty();
    }

    @Test
    void noMoreSharesThanThereCouldBeConfigurations() {
        assertThat(SpreadSearch.expand(search(TuneSpec.Search.GRID, 2, 100, 8))).hasSize(2 + 1);
        assertThat(SpreadSearch.expand(search(TuneSpec.Search.RANDOM, 100, 3, 8))).hasSize(3 + 1);
        assertThat(SpreadSearch.expand(search(TuneSpec.Search.HALVING, 100, 1, 8))).hasSize(1 + 1);
        assertThat(SpreadSearch.expand(search(TuneSpec.Search.HALVING, 100, 16, 8))).hasSize(8 + 4 + 2 + 1);
    }

    @ParameterizedTest
    @EnumSource(TuneSpec.Search.class)
    void eachConfigurationBelongsToExactlyOneShareOfARound(TuneSpec.Search search) {
        for (int workers = 2; workers <= 5; workers++) {
            List<Integer> all = IntStream.range(0, 13).boxed().toList();
            List<Integer> measured = new ArrayList<>();
            SpreadSearch.expand(search(search, 13, 26, workers)).stream().flatMap(task -> task.tune().orElseThrow()
                    .share().stream()).filter(share -> share.round() == 1).forEach(share ->
                    measured.addAll(share.part(all)));
            assertThat(measured).containsExactlyInAnyOrderElementsOf(all);
        }
    }
}
