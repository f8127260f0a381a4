package com.alphaheng.cli.faults;

import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.PrivatePipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/// Draws faults from a seed, inflicts them one after the other, and undoes each after a while. Used by one thread.
final class Injector {
    private static final Duration LEAST_GAP = Duration.ofMillis(500);
    /// Longer than a coordinator waits for Kafka when it starts.
    private static final Duration CALM = Duration.ofSeconds(20);
    private static final int SHORTEST_OUTAGE_MILLIS = 1_000;
    private static final int LONGEST_OUTAGE_MILLIS = 20_000;
    static final Duration COORDINATOR_OUTAGE = Duration.ofSeconds(12);
    static final Duration BROKER_OUTAGE = Duration.ofSeconds(1);
    static final Duration FULL_DISK = Duration.ofSeconds(8);

    private record Undo(Instant at, Injected fault, ChildProcess process, Runnable action) {
    }

    private final Targets targets;
    private final Random random;
    private final Duration between;
    private final Consumer<String> notice;
    private final List<FaultKind> kinds = new ArrayList<>();
    /// What is left of the kinds, shuffled: so each of them comes, however short the run.
    private final Deque<FaultKind> deck = new ArrayDeque<>();
    private final List<Undo> undo = new ArrayList<>();
    private final Set<ChildProcess> down = new HashSet<>();
    private final List<Injected> done = new ArrayList<>();
    private final List<String> unplanned = new ArrayList<>();
    private Instant next;

    Injector(Targets targets, FaultPlan plan, Consumer<String> notice) {
        this.targets = targets;
        this.random = new Random(plan.seed());
        this.between = plan.between();
        this.notice = notice;
        this.next = Instant.now().plus(between);
        Arrays.stream(FaultKind.values()).filter(kind -> targets.missing(kind).isEmpty())
                .forEach(kind -> {
                    for (int i = 0; i < kind.weight(); i++) {
                        kinds.add(kind);
                    }
                });
    }

    /// To be called again and again: inflicts what is due, undoes what is over, and starts what died by itself.
    ///
    /// @param more whether there are to be further faults
    void turn(boolean more) {
        Instant now = Instant.now();
        for (Undo due : List.copyOf(undo)) {
            if (!now.isBefore(due.at())) {
                undo(due);
            }
        }
        tend();
        if (more && !now.isBefore(next)) {
            if (deck.isEmpty()) {
                Collections.shuffle(kinds, random);
                deck.addAll(kinds);
            }
            FaultKind kind = deck.removeFirst();
            if (!inflict(kind)) {
                deck.addLast(kind);
            }
            long gap = (long) (-Math.log(1 - random.nextDouble()) * between.toMillis());
            next = Instant.now().plusMillis(gap).plus(LEAST_GAP);
        }
    }

    /// Starts what died by itself, as a service manager would: a coordinator that finds no Kafka gives up, say.
    private void tend() {
        for (ChildProcess child : targets.all()) {
            if (!child.isAlive() && !down.contains(child)) {
                unplanned.add(child.name() + " ended by itself with status " + child.exitStatus());
                notice.accept(child.name() + " ended by itself, starting it again");
                child.start();
            }
        }
    }

    private void undo(Undo due) {
        due.action().run();
        undo.remove(due);
        down.remove(due.process());
        done.add(new Injected(due.fault().kind(), due.fault().target(), due.fault().start(), Instant.now()));
    }

    /// Undoes everything at once.
    void undoAll() {
        List.copyOf(undo).forEach(this::undo);
    }

    /// Undoes everything at once, and waits until everything has been up for a while.
    void settle() {
        undoAll();
        Instant calm = Instant.now().plus(CALM);
        while (Instant.now().isBefore(calm)) {
            PrivatePipeline.pause(200);
            int before = unplanned.size();
            tend();
            calm = unplanned.size() == before ? calm : Instant.now().plus(CALM);
        }
    }

    /// Whether there was somebody to inflict it on.
    private boolean inflict(FaultKind kind) {
        Optional<ChildProcess> victim = switch (kind) {
            case KILL_WORKERS, FREEZE_WORKERS, CUT_NETWORK -> drawFrom(targets.fleets());
            case KILL_AGENT, FILL_AGENT_DISK -> drawFrom(targets.agents());
            case KILL_BROKER, FILL_BROKER_DISK -> drawFrom(targets.broker().stream().toList());
            case KILL_COORDINATOR, FREEZE_COORDINATOR -> targets.activeCoordinator()
                    .filter(active -> !down.contains(active) && !standbyDown(active));
        };
        if (victim.isEmpty()) {
            return false; // It is down already; the next draw comes soon.
        }
        ChildProcess process = victim.get();
        notice.accept(kind.description() + ": " + process.name());
        Instant start = Instant.now();
        switch (kind) {
            case KILL_WORKERS, KILL_AGENT -> kill(kind, process, start, outage());
            case KILL_COORDINATOR -> kill(kind, process, start, COORDINATOR_OUTAGE);
            case KILL_BROKER -> kill(kind, process, start, BROKER_OUTAGE);
            case FREEZE_WORKERS -> freeze(kind, process, start, outage());
            case FREEZE_COORDINATOR -> freeze(kind, process, start, COORDINATOR_OUTAGE);
            case CUT_NETWORK -> {
                targets.cellOf(process).cut();
                later(kind, process, start, outage(), () -> targets.cellOf(process).heal());
            }
            case FILL_AGENT_DISK -> {
                targets.diskOf(process).fill();
                later(kind, process, start, FULL_DISK, () -> {
                    targets.diskOf(process).free();
                    startIfDead(process);
                });
            }
            case FILL_BROKER_DISK -> {
                targets.brokerDisk().fill();
                later(kind, process, start, FULL_DISK, () -> {
                    targets.brokerDisk().free();
                    startIfDead(process);
                });
            }
        }
        return true;
    }

    /// With both away nobody would decide for as long as that lasts, which says nothing about taking over.
    private boolean standbyDown(ChildProcess active) {
        return targets.pipeline().coordinators().stream().anyMatch(other -> other != active && down.contains(other));
    }

    private Optional<ChildProcess> drawFrom(List<ChildProcess> processes) {
        List<ChildProcess> up = processes.stream().filter(child -> !down.contains(child)).toList();
        return up.isEmpty() ? Optional.empty() : Optional.of(up.get(random.nextInt(up.size())));
    }

    private Duration outage() {
        return Duration.ofMillis(SHORTEST_OUTAGE_MILLIS
                + random.nextInt(LONGEST_OUTAGE_MILLIS - SHORTEST_OUTAGE_MILLIS));
    }

    private void kill(FaultKind kind, ChildProcess process, Instant start, Duration outage) {
        process.kill();
        later(kind, process, start, outage, process::start);
    }

    private void freeze(FaultKind kind, ChildProcess process, Instant start, Duration outage) {
        process.signal("STOP");
        later(kind, process, start, outage, () -> process.signal("CONT"));
    }

    private static void startIfDead(ChildProcess process) {
        // A program that is about to give up for want of space needs a moment to do so.
        PrivatePipeline.pause(200);
        if (!process.isAlive()) {
            process.start();
        }
    }

    private void later(FaultKind kind, ChildProcess process, Instant start, Duration outage, Runnable action) {
        down.add(process);
        undo.add(new Undo(Instant.now().plus(outage), new Injected(kind, process.name(), start, start),
                process, action));
    }

    /// What was inflicted and undone, in the order of its end.
    List<Injected> done() {
        return List.copyOf(done);
    }

    /// Processes that ended although nobody had done anything to them.
    List<String> unplanned() {
        return List.copyOf(unplanned);
    }
}
