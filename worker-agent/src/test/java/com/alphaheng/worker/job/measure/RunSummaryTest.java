package com.alphaheng.worker.job.measure;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptResult.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
    private final RunSummary summary = new RunSummary();

    @Test
    void mediansOfSamplesBecomeTheMedianOfAllSamples() {
        summary.add(List.of(new Metric("rate", 10, "tok/s", List.of(9.0, 10.0, 30.0))));
        summary.add(List.of(new Metric("rate", 12, "tok/s", List.of(12.0))));
        summary.add(List.of(new Metric("rate", 8, "tok/s", List.of())));
        assertThat(summary.metrics("")).containsExactly(new Metric("rate", 10, "tok/s",
                List.of(9.0, 10.0, 30.0, 12.0, 8.0)));
    }

    @Test
    void whatIsNoMedianOfItsSamplesStaysWhatItIs() {
        summary.add(List.of(new Metric("p99", 90, "ms", List.of(1.0, 2.0, 90.0))));
        summary.add(List.of(new Metric("p99", 70, "ms", List.of(1.0, 2.0, 70.0))));
        assertThat(summary.metrics("base.").getFirst().value()).isEqualTo(80);
        assertThat(summary.metrics("base.").getFirst().name()).isEqualTo("base.p99");
    }
}
