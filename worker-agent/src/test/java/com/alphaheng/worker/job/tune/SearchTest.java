package com.alphaheng.worker.job.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.TuneConstraint;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SearchTest {
    private static TuneSpec spec(TuneSpec.Search search, int trials, long seed) {
        return new TuneSpec(List.of(new TuneParameter("a", IntStream.range(0, 10).mapToObj(Integer::toString).toList()),
                new TuneParameter("b", List.of("1", "2", "4"))), List.of(new TuneConstraint("a * b <= 16")), search,
                trials, seed, "true");
    }

    /// Runs a search over a made-up measurement, best at a = 4, b = 4.
    private static List<Trial> run(TuneSpec spec) {
        Search search = new Search(spec);
        List<Trial> done = new ArrayList<>();
        for (var next = search.next(done); next.isPresent(); next = search.next(done)) {
            Map<String, String> tried = next.get();
            int product = Integer.parseInt(tried.get("a")) * Integer.parseInt(tried.get("b"));
            done.add(new Trial(tried, Optional.of((double) product + Integer.parseInt(tried.get("b"))),
                    List.of(), ""));
        }
        return done;
    }

    @ParameterizedTest
    @EnumSource(TuneSpec.Search.class)
    void theSameSeedTriesTheSameAndNeverMoreThanAllowed(TuneSpec.Search search) {
        for (int trials : new int[] {1, 2, 7, 100}) {
            List<Trial> done = run(spec(search, trials, 5));
            assertThat(done).hasSizeBetween(1, trials).isEqualTo(run(spec(search, trials, 5)));
            assertThat(done).allSatisfy(trial -> assertThat(spec(search, 1, 1).constraints().getFirst()
                    .holds(trial.configuration())).isTrue());
        }
    }

    @Test
    void gridTriesEveryAdmissibleConfigurationOnce() {
        List<Trial> done = run(spec(TuneSpec.Search.GRID, 100, 0));
        assertThat(done).hasSize(24).doesNotHaveDuplicates();
        assertThat(new Search(spec(TuneSpec.Search.GRID, 100, 0)).best(done))
                .contains(Map.of("a", "4", "b", "4"));
    }

    @Test
    void otherSeedsDrawOthers() {
        assertThat(run(spec(TuneSpec.Search.RANDOM, 8, 1))).isNotEqualTo(run(spec(TuneSpec.Search.RANDOM, 8, 2)))
                .doesNotHaveDuplicates();
        assertThat(run(spec(TuneSpec.Search.RANDOM, 1_000, 1))).as("the space is used up").hasSize(24);
    }

    @Test
    void halvingRunsTheBetterHalfAgainUntilOneIsLeft() {
        List<Trial> done = run(spec(TuneSpec.Search.HALVING, 16, 3));
        List<Trial> first = done.subList(0, 8);
        assertThat(first).doesNotHaveDuplicates();
        assertThat(done).hasSize(8 + 4 + 2);
        double worst = done.subList(8, 12).stream().mapToDouble(trial -> trial.value().orElseThrow()).min()
                .orElseThrow();
        assertThat(first.stream().filter(trial -> trial.value().orElseThrow() > worst).count()).isLessThanOrEqualTo(3);
        assertThat(new Search(spec(TuneSpec.Search.HALVING, 16, 3)).best(done))
                .contains(done.get(12).configuration());
    }

    @Test
    void whatFailedIsNeverTheBest() {
        Search search = new Search(spec(TuneSpec.Search.GRID, 2, 0));
        Map<String, String> first = search.next(List.of()).orElseThrow();
        assertThat(search.best(List.of(new Trial(first, Optional.empty(), List.of(), "wrong")))).isEmpty();
    }

    /// Spread over workers, the rounds together make the same trials as one worker makes one after another, whichever
    /// share ends first.
    @ParameterizedTest
    @EnumSource(TuneSpec.Search.class)
    void sharesTogetherMakeTheTrialsThatOneWorkerWouldMake(TuneSpec.Search kind) {
        for (int workers = 2; workers <= 4; workers++) {
            TuneSpec spec = spec(kind, 16, 3);
            Search search = new Search(spec);
            List<Trial> alone = run(spec);
            List<Trial> done = new ArrayList<>();
            for (int round = 1; !search.round(round, done).isEmpty(); round++) {
                List<Trial> ofRound = new ArrayList<>();
                for (int index = workers; index >= 1; index--) {
                    new TuneSpec.Share("s", round, index, workers).part(search.round(round, done)).forEach(tried ->
                            ofRound.add(alone.stream().filter(trial -> trial.configuration().equals(tried)).findFirst()
                                    .orElseThrow()));
                }
                assertThat(ofRound).as("round %d", round).doesNotHaveDuplicates();
                done.addAll(ofRound);
            }
            assertThat(done).containsExactlyInAnyOrderElementsOf(alone);
            assertThat(search.best(done)).isEqualTo(search.best(alone)).isPresent();
        }
    }

    @Test
    void whatFailedInARoundIsNotInTheNextAndLaterTrialsDoNotChangeEarlierRounds() {
        Search search = new Search(spec(TuneSpec.Search.HALVING, 16, 3));
        List<Map<String, String>> first = search.round(1, List.of());
        List<Trial> done = new ArrayList<>();
        first.forEach(tried -> done.add(new Trial(tried, done.isEmpty() ? Optional.empty()
                : Optional.of(1.0 + done.size()), List.of(), "")));
        List<Map<String, String>> second = search.round(2, done);
        assertThat(second).hasSize(4).doesNotContain(first.getFirst()).contains(first.getLast());
        second.forEach(tried -> done.add(new Trial(tried, Optional.of(0.5), List.of(), "")));
        assertThat(search.round(2, done)).isEqualTo(second);
    }
}
