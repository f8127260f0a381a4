package com.alphaheng.worker.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A worker's two clocks. A laptop that sleeps for half an hour in the middle of an attempt, or whose clock is set, has
/// not used up the attempt's time, and a block of a benchmark during which that happened says nothing.
///
/// @param wall  what the calendar says, for records and for appointments with others
/// @param awake goes on only while the machine is awake, and is never set: for limits and durations
public record Clocks(InstantSource wall, InstantSource awake) {
    /// By how much the two may differ over a block of a benchmark: corrections by the network's time are smaller.
    private static final Duration TOLERATED = Duration.ofSeconds(1);

    /// Those of this machine.
    public static Clocks ofThisMachine() {
        Instant start = Instant.now();
        // Neither on Linux nor on macOS does this one count a sleep.
        long startNanos = System.nanoTime();
        return new Clocks(InstantSource.system(), () -> start.plusNanos(System.nanoTime() - startNanos));
    }

    /// Both at one moment.
    record Moment(Instant wall, Instant awake) {
    }

    Moment now() {
        return new Moment(wall.instant(), awake.instant());
    }

    /// How long the machine has slept since, or by how much its clock was set; zero for what may be a correction.
    Duration jumpSince(Moment before) {
        Duration jump = Duration.between(before.wall, wall.instant()).minus(Duration.between(before.awake,
                awake.instant()));
        return jump.abs().compareTo(TOLERATED) > 0 ? jump : Duration.ZERO;
    }
}
