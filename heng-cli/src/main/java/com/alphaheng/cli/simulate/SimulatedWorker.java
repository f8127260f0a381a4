package com.alphaheng.cli.simulate;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/// One worker that speaks the protocol and works by waiting. Not safe for use by several threads at once.
final class SimulatedWorker {
    private final String id;
    private final Random random;
    private String incarnation;
    private long sequence;
    private final Set<AttemptId> running = new LinkedHashSet<>();

    SimulatedWorker(String id, Random random) {
        this.id = id;
        this.random = random;
        restart();
    }

    String id() {
        return id;
    }

    String incarnation() {
        return incarnation;
    }

    /// As after a kill -9: it remembers nothing, and its next hello has another incarnation.
    void restart() {
        incarnation = new UUID(random.nextLong(), random.nextLong()).toString();
        sequence = 0;
        running.clear();
    }

    WorkerMessage hello() {
        WorkerProfile profile = new WorkerProfile(Map.of(SimulatedTasks.LABEL, "yes", "os", "simulated"),
                Set.of(TaskKind.VERIFY), List.of(), 1, 8, 10, 16L << 30, "simulated worker");
        return new WorkerMessage.Hello(id, incarnation, ++sequence, profile, List.copyOf(running));
    }

    WorkerMessage heartbeat() {
        return new WorkerMessage.Heartbeat(id, incarnation, ++sequence, List.copyOf(running));
    }

    /// Takes an assignment.
    ///
    /// @return whether it is new to this worker
    boolean take(AttemptId attempt) {
        return running.add(attempt);
    }

    void stop(AttemptId attempt) {
        running.remove(attempt);
    }

    WorkerMessage started(AttemptId attempt) {
        return new WorkerMessage.AttemptProgress(id, incarnation, ++sequence, attempt, "verifying", Instant.now());
    }

    /// Empty if it no longer has the attempt: it was told to stop, or was restarted meanwhile.
    Optional<WorkerMessage> finish(AttemptId attempt, Instant startedAt) {
        if (!running.remove(attempt)) {
            return Optional.empty();
        }
        AttemptResult result = new AttemptResult(AttemptResult.Outcome.SUCCEEDED, "", Optional.of(0), startedAt,
                Instant.now(), List.of(), "simulated", "simulated");
        return Optional.of(new WorkerMessage.AttemptFinished(id, incarnation, ++sequence, attempt, result));
    }

    WorkerMessage goodbye() {
        return new WorkerMessage.Goodbye(id, incarnation, ++sequence, "simulation over");
    }
}
