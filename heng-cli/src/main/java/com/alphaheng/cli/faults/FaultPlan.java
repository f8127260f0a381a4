package com.alphaheng.cli.faults;

import java.time.Duration;
import java.util.Optional;

/// A fault campaign as it was asked for.
///
/// @param jobs            tasks of the campaign
/// @param duration        over which the jobs are submitted, a few every two seconds
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
    private static final int USE_PERCENT = 50;
    private static final Duration BETWEEN_SUBMISSIONS = Duration.ofSeconds(2);

    /// Whether this job is for a worker agent.
    boolean forAgent(int job) {
        return agents > 0 && job % JOBS_PER_AGENT_JOB == 0;
    }

    /// Mean duration of a simulated job: half of the workers are busy, so that a job that lost its worker finds another
    /// one although some are down.
    Duration mean() {
        return duration.multipliedBy((long) fleets * workersPerFleet).dividedBy(jobs).multipliedBy(USE_PERCENT)
                .dividedBy(100);
    }

    int submissions() {
        return (int) Math.max(1, duration.dividedBy(BETWEEN_SUBMISSIONS));
    }

    int jobsPerSubmission() {
        return (jobs + submissions() - 1) / submissions();
    }
}
