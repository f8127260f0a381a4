package com.alphaheng.cli.faults;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The outcome as Markdown.
final class FaultReport {
    private FaultReport() {
    }

    static List<String> lines(FaultCampaign.Outcome outcome, String command) {
        FaultPlan plan = outcome.plan();
        FaultFigures figures = outcome.figures();
        var audit = figures.audit();
        List<String> lines = new ArrayList<>(List.of("# Fault campaign", "",
                "%s, %d processors, %s, JDK %s. Every process ran on this one machine: the broker, two coordinators,"
                        .formatted(LocalDate.now(ZoneOffset.UTC), Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                        System.getProperty("java.version")),
                "%d processes of %d simulated workers each, which speak the real protocol and work by waiting, and %d"
                        .formatted(plan.fleets(), plan.workersPerFleet(), plan.agents()),
                "worker agents that ran every fiftieth job for real. The figures below are read off the event log.", "",
                "    " + command, "", "## Verdict", ""));
        outcome.failures().forEach(failure -> lines.addAll(List.of(failure, "")));
        lines.addAll(List.of("| | |", "| --- | ---: |",
                "| jobs | %,d |".formatted(audit.tasks()),
                "| lost (not ended, or ended without success) | %,d |".formatted(plan.jobs() - audit.succeededOnce()),
                "| tried once more after losing their worker six times (the limit) | %,d |".formatted(audit.reopened()),
                "| counted twice | %,d |".formatted(audit.succeededTwice()),
                "| broken rules in the log (stale results, order, slots, ghosts) | %,d |"
                        .formatted(audit.faults().size()),
                "| assignments | %,d |".formatted(audit.assignments()),
                "| attempts lost with their worker and run again | %,d |".formatted(audit.losses().size()),
                "| ... although nothing had been done to their worker | %,d |".formatted(figures.unprovoked().size()),
                "| facts in the log | %,d |".formatted(audit.facts()),
                "| time | %d s |".formatted(outcome.took().toSeconds()), ""));
        audit.faults().stream().limit(10).forEach(fault -> lines.add("- " + fault));
        figures.unprovoked().stream().limit(10).forEach(loss -> lines.add("- lost for no reason: " + loss));
        times(lines, figures, outcome);
        faults(lines, outcome);
        return lines;
    }

    private static void times(List<String> lines, FaultFigures figures, FaultCampaign.Outcome outcome) {
        lines.addAll(List.of("## Times", "", "Seconds. \"Alone\" leaves out times during which the broker or the "
                + "active coordinator was away as well,", "until facts came again. While the broker is away nobody can "
                + "be heard from: that time does not count as a worker's silence.",
                "A killed broker was started again after %s s, a coordinator after %s s; a full disk freed after %s s"
                        .formatted(seconds(Injector.BROKER_OUTAGE), seconds(Injector.COORDINATOR_OUTAGE),
                        seconds(Injector.FULL_DISK)) + ".", "",
                "| | aim | alone: n | p50 | p99 | most | all: n | p50 | p99 | most |",
                "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
                row("a lost worker is noticed", "10", figures.noticed()),
                row("its job is given to another", "15 (p99)", figures.reassigned()),
                row("... where only an agent can run it", "", figures.agentJobsReassigned()),
                row("the standby takes over", "10", figures.takenOver()),
                row("first fact after the broker's restart", "", figures.brokerBack())));
        outcome.recovery().ifPresent(recovery -> lines.addAll(List.of("",
                "With %,d facts in the log: %s s from `kill -9` of the active coordinator to the standby being active,"
                        .formatted(recovery.facts(), seconds(recovery.takeOver())),
                "%s s from the start of a coordinator's process (nobody else there) to its being active (aim: 10 s)."
                        .formatted(seconds(recovery.restart())))));
        lines.add("");
    }

    private static String row(String name, String aim, Samples samples) {
        return "| " + name + " | " + aim + " | " + cells(samples.undisturbed()) + " | " + cells(samples.all()) + " |";
    }

    private static String cells(List<Duration> times) {
        return String.format(Locale.ROOT, "%d | %.1f | %.1f | %.1f", times.size(), Samples.quantile(times, 0.5),
                Samples.quantile(times, 0.99), Samples.quantile(times, 1));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1e3);
    }

    private static void faults(List<String> lines, FaultCampaign.Outcome outcome) {
        lines.addAll(List.of("## Faults", "", "| fault | times |", "| --- | ---: |"));
        for (FaultKind kind : FaultKind.values()) {
            long times = outcome.faults().stream().filter(fault -> fault.kind() == kind).count();
            String why = outcome.left().get(kind);
            lines.add("| " + kind.description() + " | " + (why == null ? Long.toString(times) : "left out: " + why)
                    + " |");
        }
        lines.add("");
        lines.add(outcome.unplanned().isEmpty() ? "No process ended that nothing had been done to."
                : "Processes that ended although nothing had been done to them just then:");
        outcome.unplanned().forEach(death -> lines.add("- " + death));
    }
}
