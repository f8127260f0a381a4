package com.alphaheng.coordinator.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeardTimesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final HeardTimes times = new HeardTimes();

    private void heard(String worker, double seconds) {
        times.heard(worker, START.plusMillis(Math.round(seconds * 1000)));
    }

    @Test
    void silenceIsCountedUpToTheLastReportOfAnybody() {
        for (int beat = 0; beat < 4; beat++) {
            heard("alive", 3 * beat);
        }
        heard("dead", 1);
        heard("also", 8);
        assertThat(times.silent()).isEqualTo(Map.of("alive", Duration.ZERO, "dead", Duration.ofSeconds(8), "also",
                Duration.ofSeconds(1)));
        assertThat(times.span()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void aStretchInWhichNobodyWasHeardIsNobodysSilence() {
        heard("dead", 0);
        heard("slow", 2);
        heard("quick", 2.5);
        heard("quick", 14.5); // The broker was away for 12 s, and the slow one has not found it again yet.
        assertThat(times.silent()).isEqualTo(Map.of("dead", Duration.ofMillis(2500), "slow", Duration.ofMillis(500),
                "quick", Duration.ZERO));
    }

    @Test
    void thatStretchIsAnOutageIfItIsLong() {
        heard("one", 0);
        heard("two", 3.5);
        assertThat(times.outage(START.plusSeconds(5))).isZero();
        heard("one", 12);
        assertThat(times.outage(START.plusSeconds(13))).isEqualTo(Duration.ofMillis(8500));
        assertThat(times.outage(START.plusSeconds(22))).as("it lasts").isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void withoutReportsNothingIsKnown() {
        assertThat(times.silent()).isEmpty();
        assertThat(times.span()).isZero();
        assertThat(times.outage(START)).isZero();
    }
}
