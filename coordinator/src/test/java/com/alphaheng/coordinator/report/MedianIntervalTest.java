package com.alphaheng.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MedianIntervalTest {
    private static List<Double> upTo(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).toList();
    }

    @Test
    void ranksAreThoseOfThePublishedTables() {
        // Conover, Practical Nonparametric Statistics, table A3: 95 % intervals of the median for p = 1/2.
        assertThat(MedianInterval.of(upTo(5))).isEmpty();
        assertThat(MedianInterval.of(upTo(6))).isEqualTo(Optional.of(new MedianInterval(1, 6)));
        assertThat(MedianInterval.of(upTo(10))).isEqualTo(Optional.of(new MedianInterval(2, 9)));
        assertThat(MedianInterval.of(upTo(20))).isEqualTo(Optional.of(new MedianInterval(6, 15)));
        assertThat(MedianInterval.of(upTo(100))).isEqualTo(Optional.of(new MedianInterval(40, 61)));
    }

    @Test
    void itCoversTheMedianAtLeastAsOftenAsItSays() {
        Random random = new Random(5);
        int rounds = 4000;
        long covered = IntStream.range(0, rounds).filter(round -> {
            List<Double> samples = random.doubles(15).map(x -> -Math.log(x)).boxed().toList();
            MedianInterval interval = MedianInterval.of(samples).orElseThrow();
            return interval.low() <= Math.log(2) && Math.log(2) <= interval.high();
        }).count();
        assertThat(covered / (double) rounds).isBetween(0.95, 0.985);
    }

    @Test
    void manySamplesDoNotUnderflow() {
        MedianInterval interval = MedianInterval.of(upTo(5000)).orElseThrow();
        assertThat(interval.low()).isBetween(2425.0, 2435.0);
        assertThat(interval.high()).isBetween(2566.0, 2576.0);
    }
}
