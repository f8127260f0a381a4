package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Keeps one copy of values that many tasks and attempts have in common (requirements, retries, names of machines and
/// files). Each fact is read from JSON or YAML by itself, and brings its own copies: half of what a roadmap would hold.
///
/// Owned by the state, that is, used by one thread.
final class SharedValues {
    /// Values that are all different would fill any table; the latest ones are the likeliest to come again.
    private static final int MOST = 4_096;

    private final Map<Object, Object> known = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
            return size() > MOST;
        }
    };

    /// An equal value, the same one each time.
    <T> T of(T value) {
        @SuppressWarnings("unchecked") // Equal immutable values are of one class.
        T first = (T) known.putIfAbsent(value, value);
        return first == null ? value : first;
    }

    /// An equal definition with shared parts.
    ///
    /// @param names gives the names of tasks that there are already
    TaskSpec of(TaskSpec task, UnaryOperator<String> names) {
        List<String> dependencies = task.dependencies().stream().map(names).toList();
        RetryPolicy retries = of(task.retries());
        return new TaskSpec(task.name(), of(task.prompt()), task.priority(), dependencies, of(task.verifyCommand()),
                task.kind(), task.category(), of(task.requires()), of(task.backends()), of(task.timeout()), retries,
                of(task.touches()), of(task.budget()), task.benchmark(), task.tune(), of(task.artifacts()),
                new SourceLocation(of(task.location().file()), task.location().line(), task.location().column()));
    }

    /// An equal result with shared parts.
    Optional<AttemptResult> of(Optional<AttemptResult> result) {
        return result.map(own -> new AttemptResult(own.outcome(), of(own.reason()), of(own.exitStatus()),
                own.startedAt(), own.finishedAt(), own.metrics(), of(own.commit()), of(own.machine()),
                own.artifacts(), own.trials(), own.executed()));
    }
}
