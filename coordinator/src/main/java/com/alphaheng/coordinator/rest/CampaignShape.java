package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.report.Staircase;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
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
    /// Places in [#sorted] of what each task depends on: the critical path is asked for whenever somebody looks.
    private final int[][] dependencies;
    private final List<Task> measured;

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
        Map<Task, Integer> places = new HashMap<>();
        while (!free.isEmpty()) {
            Task task = free.poll();
            places.put(task, sorted.size());
            sorted.add(task);
            layers.put(task.name(), task.dependencies().stream()
                    .mapToInt(dependency -> layers.get(dependency.name()) + 1).max().orElse(0));
            for (Task dependent : task.dependents()) {
                if (open.merge(dependent, -1, Integer::sum) == 0) {
                    free.add(dependent);
                }
            }
        }
        dependencies = sorted.stream().map(task -> task.dependencies().stream().mapToInt(places::get).toArray())
                .toArray(int[][]::new);
        measured = sorted.stream().filter(task -> Staircase.concerns(task.spec()))
                .sorted(Comparator.comparingInt(this::layer).thenComparingLong(Task::order)).toList();
    }

    boolean describes(Campaign campaign) {
        return campaign.definitionVersion() == definitionVersion;
    }

    int layer(Task task) {
        return layers.getOrDefault(task.name(), 0);
    }

    /// Tasks that the staircase may be made of, in its order.
    List<Task> measured() {
        return measured;
    }

    /// The longest chain of tasks that have not ended, first to last: it bounds how soon the campaign can finish.
    List<String> criticalPath() {
        int[] lengths = new int[sorted.size()];
        int[] before = new int[sorted.size()];
        int last = -1;
        for (int place = 0; place < lengths.length; place++) {
            int longest = 0;
            before[place] = -1;
            for (int dependency : dependencies[place]) {
                if (lengths[dependency] > longest) {
                    longest = lengths[dependency];
                    before[place] = dependency;
                }
            }
            lengths[place] = longest + (sorted.get(place).status().ended() ? 0 : 1);
            last = last < 0 || lengths[place] > lengths[last] ? place : last;
        }
        LinkedList<String> path = new LinkedList<>();
        for (int place = last; place >= 0; place = before[place]) {
            Task task = sorted.get(place);
            if (!task.status().ended()) {
                path.addFirst(task.name());
            }
        }
        return path;
    }
}
