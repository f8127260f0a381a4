package com.alphaheng.cli.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A fault campaign that was run, for whoever asked for it.
public final class FaultRun {
    private final FaultCampaign.Outcome outcome;

    private FaultRun(FaultCampaign.Outcome outcome) {
        this.outcome = outcome;
    }

    /// Runs one.
    ///
    /// @param minutes that the jobs would take without faults
    /// @param between mean seconds from one fault to the next
    /// @param kafka   a Kafka that runs and is left alone; absent for a broker of its own
    /// @param notice  gets a line for every fault and every ten seconds
    public static FaultRun of(int jobs, double minutes, long seed, int fleets, int workersPerFleet, int agents,
                              double between, Optional<String> kafka, int recoveryFacts, Consumer<String> notice) {
        FaultPlan plan = new FaultPlan(jobs, Duration.ofMillis(Math.round(minutes * 60_000)), seed, fleets,
                workersPerFleet, agents, Duration.ofMillis(Math.round(between * 1_000)), kafka, recoveryFacts);
        return new FaultRun(new FaultCampaign(plan, notice).run());
    }

    /// Whether every job succeeded exactly once and the log breaks no rule.
    public boolean sound() {
        return outcome.sound();
    }

    /// Faults inflicted.
    public int faults() {
        return outcome.faults().size();
    }

    /// The report as Markdown.
    ///
    /// @param command how to run this again
    public List<String> report(String command) {
        return FaultReport.lines(outcome, command);
    }
}
