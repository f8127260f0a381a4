package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A watch over a command whose clock and processes are played.
class ProgressTest {
    private static final Duration LIMIT = Duration.ofSeconds(100);
    private final Progress progress = new Progress(LIMIT, 0);

    @Test
    void silenceWithoutWorkIsAStandstillAtTheLimitAndNotBefore() {
        assertThat(standsStillAfter(0, second -> Map.of(1L, Duration.ofMillis(500)))).isBetween(100, 120);
    }

    @Test
    void aLongCompilationThatSaysNothingWorks() {
        assertThat(standsStillAfter(0, second -> Map.of(1L, Duration.ofMillis(20L * second)))).isEqualTo(-1);
    }

    @Test
    void childrenThatComeAndGoCountAsWork() {
        assertThat(standsStillAfter(0, second -> Map.of((long) second, Duration.ofMillis(200)))).isEqualTo(-1);
    }

    @Test
    void theTimersOfAHungVirtualMachineAreNoWork() {
        assertThat(standsStillAfter(0, second -> Map.of(1L, Duration.ofMillis(2L * second)))).isBetween(100, 120);
    }

    @Test
    void outputStartsTheWatchAnew() {
        assertThat(standsStillAfter(60, second -> Map.of())).isBetween(160, 180);
    }

    @Test
    void theTimesOfMacsProcessList() {
        assertThat(ProcessTable.psTime("0:01.53")).isEqualTo(Duration.ofMillis(1_530));
        assertThat(ProcessTable.psTime("12:34:56")).isEqualTo(Duration.ofSeconds(45_296));
        assertThat(ProcessTable.psTime("1-02:03:04")).isEqualTo(Duration.ofSeconds(93_784));
        assertThat(ProcessTable.psTime("?")).isEqualTo(Duration.ZERO);
    }

    private interface Times {
        Map<Long, Duration> at(int second);
    }

    /// The second at which it is called a standstill; -1 if it never is in a thousand.
    private int standsStillAfter(int lastOutputSecond, Times times) {
        for (int second = 0; second < 1_000; second++) {
            long lastOutput = Duration.ofSeconds(Math.min(second, lastOutputSecond)).toNanos();
            int now = second;
            if (progress.stalled(Duration.ofSeconds(second).toNanos(), lastOutput, () -> times.at(now))) {
                return second;
            }
        }
        return -1;
    }
}
