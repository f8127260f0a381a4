package com.alphaheng.coordinator.roadmap;

import java.util.List;

/// What a submission changes in its campaign, by task name in file order.
public record SubmissionDiff(List<String> added, List<String> changed, List<String> removed, List<String> unchanged) {
    public SubmissionDiff {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        unchanged = List.copyOf(unchanged);
    }

    /// Whether the campaign stays as it is.
    public boolean empty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
    }
}
