package com.alphaheng.coordinator.roadmap;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Who must be heard from, least recently heard first. All leases last equally long and time never runs backwards, so
/// the order of renewal is the order of expiry, and looking for the expired costs only as much as there are.
final class LeaseIndex {
    private record Held(Attempt attempt, Instant since, Deadline deadline) {
    }

    private record Deadline(Instant at, Attempt attempt) {
        static final Comparator<Deadline> ORDER = Comparator.comparing(Deadline::at)
                .thenComparing(deadline -> deadline.attempt.id().toString());
    }

    private final Map<String, Held> held = new LinkedHashMap<>();
    private final Map<String, Worker> heard = new LinkedHashMap<>();
    private final TreeSet<Deadline> deadlines = new TreeSet<>(Deadline.ORDER);

    void grant(Attempt attempt, Duration timeout, Instant at) {
        Deadline deadline = new Deadline(attempt.assignedAt().plus(timeout), attempt);
        deadlines.add(deadline);
        held.put(attempt.id().taskKey(), new Held(attempt, at, deadline));
    }

    /// The leases, in order of their renewal.
    List<RoadmapImage.Lease> images() {
        return held.values().stream().map(lease -> new RoadmapImage.Lease(new RoadmapImage.TaskName(
                lease.attempt().id().campaign(), lease.attempt().id().task()), lease.since())).toList();
    }

    /// Ids of the workers with us, least recently heard first.
    List<String> heard() {
        return List.copyOf(heard.keySet());
    }

    void renew(Attempt attempt, Instant at) {
        String key = attempt.id().taskKey();
        Held lease = held.remove(key);
        held.put(key, new Held(attempt, at, lease.deadline()));
    }

    void end(Attempt attempt) {
        Held lease = held.remove(attempt.id().taskKey());
        if (lease != null) {
            deadlines.remove(lease.deadline());
        }
    }

    void hear(Worker worker) {
        heard.remove(worker.id());
        heard.put(worker.id(), worker);
    }

    void forget(Worker worker) {
        heard.remove(worker.id());
    }

    /// Starts every lease anew.
    void renewAll(Instant at) {
        renewAttempts(at);
        heard.values().forEach(worker -> worker.hear(worker.sequence(), at));
    }

    private void renewAttempts(Instant at) {
        held.replaceAll((key, lease) -> new Held(lease.attempt(), at, lease.deadline()));
    }

    /// Corrects when these workers were last heard from. Attempts that are not mentioned get a new lease: their workers
    /// could not be heard.
    void recall(Map<String, Instant> lastHeard, Instant now) {
        renewAttempts(now);
        lastHeard.forEach((id, at) -> {
            Worker worker = heard.get(id);
            worker.hear(worker.sequence(), at);
        });
        List<Worker> ordered = heard.values().stream().sorted(Comparator.comparing(Worker::lastHeard)).toList();
        heard.clear();
        ordered.forEach(worker -> heard.put(worker.id(), worker));
    }

    /// Attempts not named by a heartbeat since this instant.
    List<Attempt> silentSince(Instant limit) {
        List<Attempt> silent = new ArrayList<>();
        for (Held lease : held.values()) {
            if (lease.since().isAfter(limit)) {
                break;
            }
            silent.add(lease.attempt());
        }
        return silent;
    }

    /// Workers not heard from since this instant.
    List<Worker> workersSilentSince(Instant limit) {
        List<Worker> silent = new ArrayList<>();
        for (Worker worker : heard.values()) {
            if (worker.lastHeard().isAfter(limit)) {
                break;
            }
            silent.add(worker);
        }
        return silent;
    }

    /// Attempts whose declared timeout ended before this instant.
    List<Attempt> overdue(Instant limit) {
        List<Attempt> overdue = new ArrayList<>();
        for (Deadline deadline : deadlines) {
            if (!deadline.at().isBefore(limit)) {
                break;
            }
            overdue.add(deadline.attempt());
        }
        return overdue;
    }
}
