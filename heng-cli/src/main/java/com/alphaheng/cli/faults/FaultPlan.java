package com.alphaheng.cli.faults;

import java.time.Duration;
import java.util.Optional;

/// A fault campaign as it was asked for.
///
/// @param jobs            tasks of the campaign
/// @param duration        how long the jobs should take if nothing were wrong
/// @param seed            draws the tasks' graph and the faults
/// @param fleets          processes of simulated workers
/// @param workersPerFleet workers in each of them
/// @param agents          real worker agents; every fiftieth job goes to them
/// @param between         mean time from one fault to the next
/// @param kafka           a Kafka that runs, which is left alone; absent for a broker of its own
/// @param recoveryFacts   length of the log at which recovery is measured at the end; 0 leaves that out
record FaultPlan(int jobs, Duration duration, long seed, int fleets, int workersPerFleet, int agents, Duration between,
                 Optional<String> kafka, int recoveryFacts) {
    private static final int JOBS_PER_AGENT_JOB = 50;
    private static final double USE = 0.6;

    /// Whether this job is for a worker agent.
    boolean forAgent(int job) {
        return agents > 0 && job % JOBS_PER_AGENT_JOB == 0;
    }

    /// Duration of a simulated job, so that all of them take about as long as wanted with some workers down.
    Duration mean() {
        return duration.multipliedBy((long) fleets * workersPerFleet).dividedBy(jobs)
                .multipliedBy(Math.round(USE * 100)).dividedBy(100);
    }
}
