package com.alphaheng.coordinator.runtime;

import com.alphaheng.protocol.LogChunk;
import java.util.ArrayList;
import java.util.List;

/// Makes numbered lines out of the pieces of one attempt's output. Every reader of the same pieces gets the same
/// numbers.
public final class LineCount {
    private long chunks;
    private long lines;

    /// The lines of the next piece. None if it came before; where pieces are missing a line says so.
    public List<LogLine> take(LogChunk chunk) {
        if (chunk.sequence() <= chunks) {
            return List.of();
        }
        List<LogLine> added = new ArrayList<>();
        long missing = chunk.sequence() - chunks - 1;
        if (missing > 0) {
            added.add(new LogLine(++lines, "coordinator", chunk.at(), "[" + missing
                    + " pieces of output before this line were lost]"));
        }
        chunks = chunk.sequence();
        chunk.text().lines().forEach(text -> added.add(new LogLine(++lines, chunk.source(), chunk.at(), text)));
        return added;
    }
}
