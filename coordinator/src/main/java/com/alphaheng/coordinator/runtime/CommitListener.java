package com.alphaheng.coordinator.runtime;

import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import java.util.List;

/// Told of facts once they are durable. Called on the shard's thread: must be quick.
public interface CommitListener {
    /// @param state      with the facts in it
    /// @param nextOffset place of the next record in the log
    void committed(RoadmapState state, List<RoadmapEvent> events, long nextOffset);
}
