package com.alphaheng.coordinator.runtime;

import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.protocol.CoordinatorMessage;
import java.util.List;
import java.util.Map;

/// The durable log of facts, with one writer at a time.
public interface EventLog extends AutoCloseable {
    /// What [#open] found.
    ///
    /// @param state         what the facts lead to
    /// @param nextOffset    place of the next record in the log
    /// @param reportOffsets per partition of the reports, the first one whose effects the log does not hold yet
    record Recovered(RoadmapState state, long nextOffset, Map<Integer, Long> reportOffsets) {
        public Recovered {
            reportOffsets = Map.copyOf(reportOffsets);
        }
    }

    /// Becomes the only writer, shutting out any other, then replays what the log holds.
    ///
    /// @throws LogException            if the log cannot be reached for now
    /// @throws LogException.Unreadable if it holds what this program cannot read
    Recovered open();

    /// Reads what there is without becoming the writer, so that [#open] has less left to read. Does nothing when the
    /// log cannot be read for now.
    void follow();

    /// Makes the facts durable and sends the messages, both or neither. Returns when that is so.
    ///
    /// @param reportOffsets per partition, the first report whose effects are not in the log after this
    /// @return the place of the next record in the log
    /// @throws LogException.Fenced    if another process has become the writer
    /// @throws LogException.Uncertain if it is unknown what became of it; [#open] finds out
    long append(List<RoadmapEvent.Durable> events, List<CoordinatorMessage> messages,
                Map<Integer, Long> reportOffsets);

    @Override
    void close();
}
