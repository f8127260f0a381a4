package com.alphaheng.cli.faults;

import com.alphaheng.cli.audit.LogAudit;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the event log says of a campaign under fire, together with what was done when.
final class FaultFigures {
    /// Until a lost worker is noticed at the latest.
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final LogAudit audit;
    private final List<Injected> faults;
    private final List<String> unprovoked = new ArrayList<>();
    private final List<Instant> facts = new ArrayList<>();
    private final Samples noticed = new Samples();
    private final Samples reassigned = new Samples();
    private final Samples agentJobsReassigned = new Samples();
    private final Samples takenOver = new Samples();
    private final Samples brokerBack = new Samples();

    FaultFigures(String campaign, Set<String> worked, List<Injected> faults) {
        this.audit = new LogAudit(campaign, Optional.of(worked));
        this.faults = faults.stream().sorted(Comparator.comparing(Injected::start)).toList();
    }

    void accept(JsonNode fact) {
        audit.accept(fact);
        facts.add(Instant.parse(fact.path("at").asText()));
    }

    /// To be called once, after the last fact.
    FaultFigures evaluate() {
        for (LogAudit.Gone gone : audit.gone()) {
            lastFaultOf(gone.worker(), gone.at()).ifPresent(fault -> noticed.add(gone.worker() + ", "
                    + fault.kind().description() + " at " + fault.start(), Duration.between(fault.start(), gone.at()),
                    disturbed(fault.start(), gone.at(), fault)));
        }
        for (LogAudit.Loss loss : audit.losses()) {
            Optional<Injected> fault = lastFaultOf(loss.worker(), loss.lostAt());
            if (fault.isEmpty()) {
                unprovoked.add(loss.attempt() + " of " + loss.worker() + " at " + loss.lostAt());
            }
            if (fault.isPresent() && loss.reassignedAt().isPresent()) {
                Instant since = fault.get().start().isAfter(loss.assignedAt()) ? fault.get().start()
                        : loss.assignedAt();
                Samples samples = fault.get().target().startsWith("agent") ? agentJobsReassigned : reassigned;
                samples.add(loss.attempt() + ", " + fault.get().kind().description() + " at " + fault.get().start(),
                        Duration.between(since, loss.reassignedAt().get()),
                        disturbed(since, loss.reassignedAt().get(), fault.get()));
            }
        }
        for (Injected fault : faults) {
            switch (fault.kind()) {
                case KILL_COORDINATOR, FREEZE_COORDINATOR -> audit.takeOvers().stream()
                        .filter(taken -> !taken.instance().equals(fault.target()) && taken.at().isAfter(fault.start()))
                        .findFirst().ifPresent(taken -> takenOver.add(fault.target(),
                                Duration.between(fault.start(), taken.at()),
                                disturbed(fault.start(), taken.at(), fault)));
                case KILL_BROKER, FILL_BROKER_DISK -> brokerBack.add(fault.target(),
                        Duration.between(fault.end(), restored(fault)),
                        disturbed(fault.end(), restored(fault), fault));
                case KILL_WORKERS, KILL_AGENT, FREEZE_WORKERS, CUT_NETWORK, FILL_AGENT_DISK -> { }
            }
        }
        return this;
    }

    /// The latest fault of the process this worker is in that can have been the reason for what happened at this time.
    private Optional<Injected> lastFaultOf(String worker, Instant at) {
        return faults.stream().filter(fault -> !fault.kind().centre() && !fault.start().isAfter(at)
                && !fault.end().plus(LEASE).isBefore(at)
                && (worker.equals(fault.target()) || worker.startsWith(fault.target() + "-")))
                .reduce((first, second) -> second);
    }

    private boolean disturbed(Instant from, Instant to, Injected except) {
        return faults.stream().anyMatch(fault -> fault.kind().centre() && fault != except
                && fault.start().isBefore(to) && restored(fault).isAfter(from));
    }

    /// When facts came again after a fault of what everybody needs: some time after it was undone.
    private Instant restored(Injected fault) {
        Instant after = switch (fault.kind()) {
            case KILL_COORDINATOR, FREEZE_COORDINATOR -> audit.takeOvers().stream().map(LogAudit.TakeOver::at)
                    .filter(at -> at.isAfter(fault.start())).findFirst().orElse(fault.end());
            default -> fault.end();
        };
        int index = Collections.binarySearch(facts, after);
        int next = index < 0 ? -index - 1 : index;
        return next < facts.size() ? facts.get(next) : after;
    }

    LogAudit audit() {
        return audit;
    }

    /// Attempts that were lost although nothing had been done to their workers.
    List<String> unprovoked() {
        return List.copyOf(unprovoked);
    }

    /// From a fault at a process of workers to the fact that each of them is lost or replaced.
    Samples noticed() {
        return noticed;
    }

    /// From a fault, or the assignment if that came later, to the next assignment of the task that was lost with it.
    Samples reassigned() {
        return reassigned;
    }

    /// The same for jobs that only a worker agent can run: there may be no other one just then.
    Samples agentJobsReassigned() {
        return agentJobsReassigned;
    }

    /// From a fault at the active coordinator to the other one being the writer of the log.
    Samples takenOver() {
        return takenOver;
    }

    /// From the broker being started again to the next fact.
    Samples brokerBack() {
        return brokerBack;
    }
}
