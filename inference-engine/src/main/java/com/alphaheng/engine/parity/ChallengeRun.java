package com.alphaheng.engine.parity;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Tuning;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/// Answers challenges on one back end. Every answer begins with an empty cache.
public final class ChallengeRun implements AutoCloseable {

    private final Path model;
    private final String backend;
    private final int threads;
    private final Tuning tuning;
    private final Map<Challenge.Operation, Engine> engines = new EnumMap<>(Challenge.Operation.class);

    /// @param threads of a CPU back end; 0 for one per core
    /// @param tuning  what suits the chip, or what is tried on it
    public ChallengeRun(Path model, String backend, int threads, Tuning tuning) {
        this.tuning = tuning;
        this.model = model;
        this.backend = backend;
        this.threads = threads;
    }

    /// The logits after the last token of the drawn prompt.
    public float[] answer(Challenge challenge) {
        Engine engine = engines.computeIfAbsent(challenge.operation(), this::open);
        int[] prompt = challenge.prompt(engine.config().vocabSize());
        try (Session session = engine.newSession(SessionOptions.greedy().withContext(prompt.length + 8))) {
            if (challenge.operation().oneByOne()) {
                for (int length = 1; length < prompt.length; length++) {
                    session.sync(Arrays.copyOf(prompt, length));
                }
            }
            session.sync(prompt);
            return session.logits();
        }
    }

    private Engine open(Challenge.Operation operation) {
        return Engine.open(model, EngineOptions.defaults().withBackend(backend)
            .withDevice(new DeviceOptions(threads, 0, operation.precision(), tuning))
            .withOptimizations(operation.optimizations()));
    }

    /// Operations that the back end executed so far: proof that it was this one which answered.
    public long dispatches() {
        return engines.values().stream().mapToLong(engine -> engine.device().counters().dispatches()).sum();
    }

    /// The same by kind, added to `counts`.
    public void addOperations(Map<String, Long> counts) {
        engines.values().forEach(engine -> engine.device().operationsByKind()
            .forEach((kind, count) -> counts.merge(kind, count, Long::sum)));
    }

    @Override
    public void close() {
        engines.values().forEach(Engine::close);
    }
}
