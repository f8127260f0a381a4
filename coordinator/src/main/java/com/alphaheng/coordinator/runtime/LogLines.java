package com.alphaheng.coordinator.runtime;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.LogChunk;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/// The last lines of each attempt's output, in memory; the whole output stays in Kafka.
///
/// Bounded per attempt and in total: the attempts that nobody wrote to or read from for longest give way first. Safe
/// for
/// use by several threads.
public final class LogLines {
    static final int LINES_PER_ATTEMPT = 5_000;
    static final int LINES_IN_TOTAL = 400_000;

    /// A part of an attempt's output.
    ///
    /// @param lines in order
    /// @param next  what to ask for as `after` to go on from here
    public record Page(List<LogLine> lines, long next) {
        public Page {
            lines = List.copyOf(lines);
        }
    }

    private static final class Tail {
        private final Deque<LogLine> lines = new ArrayDeque<>();
        private final LineCount count = new LineCount();
    }

    private final Map<AttemptId, Tail> tails = new LinkedHashMap<>(64, 0.75f, true);
    private final List<BiConsumer<AttemptId, List<LogLine>>> listeners = new CopyOnWriteArrayList<>();
    private long total;

    /// Takes a chunk; one that came before is dropped, and a gap leaves a line that says so.
    public void accept(LogChunk chunk) {
        List<LogLine> added;
        synchronized (this) {
            added = append(chunk);
            shrink();
        }
        if (!added.isEmpty()) {
            listeners.forEach(listener -> listener.accept(chunk.attempt(), added));
        }
    }

    private List<LogLine> append(LogChunk chunk) {
        Tail tail = tails.computeIfAbsent(chunk.attempt(), id -> new Tail());
        List<LogLine> added = tail.count.take(chunk);
        for (LogLine line : added) {
            tail.lines.addLast(line);
            total++;
            if (tail.lines.size() > LINES_PER_ATTEMPT) {
                tail.lines.removeFirst();
                total--;
            }
        }
        return added;
    }

    private void shrink() {
        Iterator<Map.Entry<AttemptId, Tail>> eldest = tails.entrySet().iterator();
        while (total > LINES_IN_TOTAL && eldest.hasNext()) {
            Tail tail = eldest.next().getValue();
            total -= tail.lines.size();
            tail.lines.clear();
        }
    }

    /// The lines after this one that are still held; 0 asks from the first one held.
    public synchronized Page after(AttemptId attempt, long after) {
        Tail tail = tails.get(attempt);
        if (tail == null) {
            return new Page(List.of(), after);
        }
        List<LogLine> lines = tail.lines.stream().filter(line -> line.sequence() > after).toList();
        return new Page(lines, lines.isEmpty() ? Math.max(after, 0) : lines.getLast().sequence());
    }

    /// Calls this with every new piece of output, on the thread that delivers it, until the handle is closed.
    public AutoCloseable listen(BiConsumer<AttemptId, List<LogLine>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
