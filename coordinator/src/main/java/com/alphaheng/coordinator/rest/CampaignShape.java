package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;

/// The dependency graph of a campaign, layered. Made anew when the definition of the campaign changes. Used on the
/// shard only.
final class CampaignShape {
    private final long definitionVersion;
    private final List<Task> sorted = new ArrayList<>();
    private final Map<String, Integer> layers = new HashMap<>();

    CampaignShape(Campaign campaign) {
        this.definitionVersion = campaign.definitionVersion();
        Map<Task, Integer> open = new HashMap<>();
        Deque<Task> free = new ArrayDeque<>();
        for (Task task : campaign.tasks()) {
            open.put(task, task.dependencies().size());
            if (task.dependencies().isEmpty()) {
                free.add(task);
            }
        }
        while (!free.isEmpty()) {
            Task task = free.poll();
            sorted.add(task);
            layers.put(task.name(), task.dependencies().stream()
                    .mapToInt(dependency -> layers.get(dependency.name()) + 1).max().orElse(0));
            for (Task dependent : task.dependents()) {
                if (open.merge(dependent, -1, Integer::sum) == 0) {
                    free.add(dependent);
                }
            }
        }
    }

    boolean describes(Campaign campaign) {
        return campaign.definitionVersion() == definitionVersion;
    }

    int layer(Task task) {
        return layers.getOrDefault(task.name(), 0);
    }

    /// The longest chain of tasks that have not ended, first to last: it bounds how soon the campaign can finish.
    List<String> criticalPath() {
        Map<Task, Integer> lengths = new HashMap<>();
        Map<Task, Task> before = new HashMap<>();
        Task last = null;
        for (Task task : sorted) {
            int longest = 0;
            for (Task dependency : task.dependencies()) {
                int length = lengths.get(dependency);
                if (length > longest) {
                    longest = length;
                    before.put(task, dependency);
                }
            }
            lengths.put(task, longest + (task.status().ended() ? 0 : 1));
            last = last == null || lengths.get(task) > lengths.get(last) ? task : last;
        }
        LinkedList<String> path = new LinkedList<>();
        for (Task task = last; task != null; task = before.get(task)) {
            if (!task.status().ended()) {
                path.addFirst(task.name());
            }
        }
        return path;
    }
}
