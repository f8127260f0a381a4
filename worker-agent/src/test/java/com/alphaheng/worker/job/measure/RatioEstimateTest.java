package com.alphaheng.worker.job.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.alphaheng.worker.job.measure.SequentialTest.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RatioEstimateTest {
    @Test
    void quantilesAgreeWithPrintedTables() {
        assertThat(StudentT.quantile(0.975, 2)).isCloseTo(4.3027, within(1e-4));
        assertThat(StudentT.quantile(0.995, 10)).isCloseTo(3.1693, within(1e-4));
        assertThat(StudentT.quantile(0.998, 11)).isCloseTo(3.6238, within(1e-4));
        assertThat(StudentT.quantile(0.95, 1)).isCloseTo(6.3138, within(1e-4));
        assertThat(StudentT.cumulative(-2, 5)).isCloseTo(1 - StudentT.cumulative(2, 5), within(1e-12));
    }

    @Test
    void withoutTrimmingItIsTheClassicalIntervalOfTheLogarithms() {
        RatioEstimate estimate = RatioEstimate.of(List.of(Math.exp(0.1), Math.exp(0.2), Math.exp(0.3)), 0.025);
        double reach = 4.302653 * 0.1 / Math.sqrt(3);
        assertThat(estimate.ratio()).isCloseTo(Math.exp(0.2), within(1e-9));
        assertThat(estimate.low()).isCloseTo(Math.exp(0.2 - reach), within(1e-6));
        assertThat(estimate.high()).isCloseTo(Math.exp(0.2 + reach), within(1e-6));
    }

    @Test
    void aRuinedBlockInFiveMovesItLittle() {
        List<Double> blocks = new ArrayList<>(List.of(1.05, 1.051, 1.049, 1.052));
        blocks.add(9.0);
        assertThat(RatioEstimate.of(blocks, 0.01).ratio()).isBetween(1.049, 1.053);
    }

    @Test
    void theIntervalCoversAsOftenAsItSays() {
        Random random = new Random(20261123);
        int covered = 0;
        for (int i = 0; i < 4000; i++) {
            List<Double> blocks = new ArrayList<>();
            for (int block = 0; block < 8; block++) {
                blocks.add(Math.exp(0.03 * random.nextGaussian()));
            }
            RatioEstimate estimate = RatioEstimate.of(blocks, 0.025);
            covered += estimate.low() <= 1 && 1 <= estimate.high() ? 1 : 0;
        }
        assertThat(covered / 4000.0).isBetween(0.93, 0.97);
    }

    @Test
    void looksOnlyAtTheDeclaredCountsAndOneBlockIsNoEvidence() {
        assertThat(SequentialTest.judge(Collections.nCopies(4, 5.0), 0)).isEqualTo(Verdict.UNDECIDED);
        assertThat(SequentialTest.judge(List.of(1.5, 1.5001, 1.4999), 0.02)).isEqualTo(Verdict.BETTER);
        assertThat(SequentialTest.judge(List.of(1.0, 1.0001, 0.9999), 0.02)).isEqualTo(Verdict.NOT_BETTER);
        assertThatThrownBy(() -> RatioEstimate.of(List.of(1.0), 0.01)).hasMessageContaining("at least 2");
    }

    @Test
    void metricsFilesAreCheckedOnTheWayIn() throws Exception {
        assertThat(MetricsDocument.parse("{\"metrics\":[{\"name\":\"a\",\"value\":1.5}]}").getFirst().samples())
                .isEmpty();
        assertThatThrownBy(() -> MetricsDocument.parse("nonsense")).hasMessageContaining("no JSON");
        assertThatThrownBy(() -> MetricsDocument.parse("{}")).hasMessageContaining("'metrics'");
        assertThatThrownBy(() -> MetricsDocument.parse("{\"metrics\":[{\"name\":\"a\",\"value\":\"fast\"}]}"))
                .hasMessageContaining("finite value");
        assertThatThrownBy(() -> MetricsDocument.parse(
                "{\"metrics\":[{\"name\":\"a\",\"value\":1,\"samples\":[\"x\"]}]}")).hasMessageContaining("'a'");
    }
}
