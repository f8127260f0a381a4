package com.alphaheng.coordinator.roadmap;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a submission changes in its campaign, by task name in file order.
public record SubmissionDiff(List<String> added, List<String> changed, List<String> removed, List<String> unchanged) {
    public SubmissionDiff {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        unchanged = List.copyOf(unchanged);
    }

    /// Names of the tasks that the submission has.
    public Set<String> submitted() {
        Set<String> names = new HashSet<>(added);
        names.addAll(changed);
        names.addAll(unchanged);
        return names;
    }

    /// What the facts since the last submission say.
    static final class Collected {
        private final List<String> added = new ArrayList<>();
        private final List<String> changed = new ArrayList<>();
        private final List<String> removed = new ArrayList<>();

        void take(RoadmapEvent.OfCampaign event) {
            switch (event) {
                case RoadmapEvent.TaskAdded task -> added.add(task.task().name());
                case RoadmapEvent.TaskChanged task -> changed.add(task.task().name());
                case RoadmapEvent.TaskRemoved task -> removed.add(task.task());
                case RoadmapEvent.CampaignOpened _, RoadmapEvent.SubmissionAccepted _, RoadmapEvent.TaskCancelled _,
                        RoadmapEvent.TaskReopened _, RoadmapEvent.CampaignPaused _,
                        RoadmapEvent.CampaignResumed _ -> { /* change no definition */ }
            }
        }

        /// The difference, and begins anew.
        ///
        /// @param present names of all tasks after the submission
        SubmissionDiff take(Collection<String> present) {
            Set<String> touched = new HashSet<>(added);
            touched.addAll(changed);
            SubmissionDiff diff = new SubmissionDiff(added, changed, removed,
                    present.stream().filter(name -> !touched.contains(name)).toList());
            added.clear();
            changed.clear();
            removed.clear();
            return diff;
        }
    }

    /// One line: `2 added, 1 changed, 0 removed, 26 unchanged`.
    public String summary() {
        return added.size() + " added, " + changed.size() + " changed, " + removed.size() + " removed, "
                + unchanged.size() + " unchanged";
    }

    /// Whether the campaign stays as it is.
    public boolean empty() {
        return added.isEmpty() && changed.isEmpty() && removed.isEmpty();
    }
}
