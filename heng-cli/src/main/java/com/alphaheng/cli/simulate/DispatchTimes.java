package com.alphaheng.cli.simulate;

import com.alphaheng.protocol.AttemptId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the fleet saw of the coordinator's speed: from the moment a task's last dependency was reported finished to
/// the moment
/// the task's assignment arrived at a worker. So it includes both ways through Kafka.
///
/// It counts only while fewer tasks are ready than workers are idle; otherwise a task waits for a worker, which says
/// nothing about the coordinator.
final class DispatchTimes implements FleetObserver {
    private final Map<String, List<String>> dependents = new HashMap<>();
    private final Map<String, Integer> open = new HashMap<>();
    private final Map<String, Long> readyAt = new HashMap<>();
    private final List<Long> waits = new ArrayList<>();
    private final List<Long> assignedAt = new ArrayList<>();
    private final int workers;
    private int busy;
    private int deaths;

    DispatchTimes(List<SimulatedTasks.Node> nodes, int workers) {
        this.workers = workers;
        for (SimulatedTasks.Node node : nodes) {
            open.put(node.name(), node.dependencies().size());
            node.dependencies().forEach(dependency ->
                    dependents.computeIfAbsent(dependency, key -> new ArrayList<>()).add(node.name()));
        }
    }

    @Override
    public void assigned(AttemptId attempt) {
        String task = attempt.task();
        long now = System.nanoTime();
        assignedAt.add(now);
        busy++;
        Long ready = readyAt.remove(task);
        if (ready != null && busy + readyAt.size() < workers) {
            waits.add(now - ready);
        }
    }

    @Override
    public void finishing(AttemptId attempt) {
        busy--;
        for (String dependent : dependents.getOrDefault(attempt.task(), List.of())) {
            if (open.merge(dependent, -1, Integer::sum) == 0) {
                readyAt.put(dependent, System.nanoTime());
            }
        }
    }

    @Override
    public void died() {
        deaths++;
    }

    int assignments() {
        return assignedAt.size();
    }

    int deaths() {
        return deaths;
    }

    int samples() {
        return waits.size();
    }

    double assignmentsPerSecond() {
        return rate(0, assignedAt.size() - 1);
    }

    /// The rate of the middle half of all assignments: without the beginning and the tail, where the graph leaves
    /// workers idle.
    double sustainedPerSecond() {
        return rate(assignedAt.size() / 4, assignedAt.size() * 3 / 4);
    }

    private double rate(int from, int to) {
        return to - from < 2 ? 0 : (to - from) * 1e9 / (assignedAt.get(to) - assignedAt.get(from));
    }

    /// Milliseconds; 0 without samples.
    double quantile(double share) {
        List<Long> sorted = waits.stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1, share * sorted.size())) / 1e6;
    }
}
