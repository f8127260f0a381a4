package com.alphaheng.cli.faults;

import com.alphaheng.cli.up.RunRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A fault campaign, for whoever asks for it.
public final class FaultRun {
    private final FaultPlan plan;

    private FaultRun(FaultPlan plan) {
        this.plan = plan;
    }

    /// Plans one.
    ///
    /// @param minutes that the jobs would take without faults
    /// @param between mean seconds from one fault to the next
    /// @param kafka   a Kafka that runs and is left alone; absent for a broker of its own
    public static FaultRun of(int jobs, double minutes, long seed, int fleets, int workersPerFleet, int agents,
                              double between, Optional<String> kafka, int recoveryFacts) {
        return new FaultRun(new FaultPlan(jobs, Duration.ofMillis(Math.round(minutes * 60_000)), seed, fleets,
                workersPerFleet, agents, Duration.ofMillis(Math.round(between * 1_000)), kafka, recoveryFacts));
    }

    /// Runs it.
    ///
    /// @param notice  gets a line for every fault and every ten seconds
    /// @param command how to run this again, for the report
    /// @param report  gets the report as Markdown
    /// @param record  of what the campaign makes
    /// @return whether every job succeeded exactly once and the log breaks no rule
    public boolean run(Consumer<String> notice, String command, Consumer<List<String>> report, RunRecord record) {
        FaultCampaign.Outcome outcome = new FaultCampaign(plan, notice).run(record);
        report.accept(FaultReport.lines(outcome, command));
        return outcome.sound();
    }
}
