package com.alphaheng.coordinator.roadmap;

import java.time.Duration;

/// The numbers the decisions rest on.
///
/// @param lease      how long an attempt or a worker may stay silent; three beats of 3 s
/// @param maxLosses  how often a task may lose its worker before it fails: bounds a task that kills its machines
/// @param grace      how long beyond its timeout an attempt may still report, the worker being the one who ends it
/// @param suspension a longer time in which nobody could be heard, or this process stood still, is an outage: it says
///                   nothing about the workers
/// @param returning  after an outage, how long a worker that had not been silent before it has to be heard again: more
///                   than a beat of 3 s
/// @param longOutage after a longer one connections take longer to come back, and everybody gets a whole lease
/// @param agingStep  a task that has been ready for so long is moved up by one priority, so that none starves
/// @param forgetting how long a worker that is lost or left is still shown
/// @param seed       of the retry jitter
public record RoadmapPolicy(Duration lease, int maxLosses, Duration grace, Duration suspension, Duration returning,
                            Duration longOutage, Duration agingStep, Duration forgetting, long seed) {
    public static final RoadmapPolicy DEFAULT = new RoadmapPolicy(Duration.ofSeconds(9), 5, Duration.ofSeconds(60),
            Duration.ofSeconds(3), Duration.ofSeconds(4), Duration.ofSeconds(15), Duration.ofMinutes(30),
            Duration.ofDays(1), 1);
}
