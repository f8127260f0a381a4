package com.alphaheng.spec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/// The dependencies of tasks as a graph without cycles: in which order they could run, and what takes longest.
/// Dependencies on tasks that are not given count as met.
public final class TaskGraph {
    private record Ready(TaskSpec task, int place) {
    }

    private final Map<String, Integer> layers = new LinkedHashMap<>();
    private final List<TaskSpec> order = new ArrayList<>();

    private TaskGraph() {
    }

    /// @throws IllegalArgumentException if the dependencies form a cycle, which the parser refuses
    public static TaskGraph of(Collection<TaskSpec> tasks) {
        TaskGraph graph = new TaskGraph();
        Map<String, TaskSpec> byName = new LinkedHashMap<>();
        tasks.forEach(task -> byName.put(task.name(), task));
        Map<String, List<Ready>> dependents = new HashMap<>();
        Map<String, Integer> open = new HashMap<>();
        PriorityQueue<Ready> ready = new PriorityQueue<>(Comparator.comparing((Ready one) -> one.task().priority())
                .thenComparingInt(Ready::place));
        int place = 0;
        for (TaskSpec task : tasks) {
            Ready entry = new Ready(task, place++);
            List<String> known = task.dependencies().stream().filter(byName::containsKey).toList();
            known.forEach(name -> dependents.computeIfAbsent(name, some -> new ArrayList<>()).add(entry));
            open.put(task.name(), known.size());
            if (known.isEmpty()) {
                ready.add(entry);
            }
        }
        while (!ready.isEmpty()) {
            TaskSpec task = ready.poll().task();
            graph.order.add(task);
            graph.layers.merge(task.name(), 0, Math::max);
            for (Ready dependent : dependents.getOrDefault(task.name(), List.of())) {
                graph.layers.merge(dependent.task().name(), graph.layers.get(task.name()) + 1, Math::max);
                if (open.merge(dependent.task().name(), -1, Integer::sum) == 0) {
                    ready.add(dependent);
                }
            }
        }
        if (graph.order.size() < byName.size()) {
            throw new IllegalArgumentException("the dependencies form a cycle");
        }
        return graph;
    }

    /// The tasks in the order in which one worker would take them: what is ready by priority, then by place.
    public List<TaskSpec> order() {
        return List.copyOf(order);
    }

    /// Length of the longest chain of tasks before this one.
    public int layer(String task) {
        return layers.get(task);
    }

    /// A longest chain of tasks, first to last: it bounds how soon all can be done, however many workers there are.
    public List<String> criticalPath() {
        Map<String, TaskSpec> byName = new HashMap<>();
        order.forEach(task -> byName.put(task.name(), task));
        Optional<String> last = order.stream().map(TaskSpec::name).max(Comparator.comparing(layers::get));
        Deque<String> path = new ArrayDeque<>();
        while (last.isPresent()) {
            path.addFirst(last.get());
            last = byName.get(last.get()).dependencies().stream().filter(layers::containsKey)
                    .max(Comparator.comparing(layers::get));
        }
        return List.copyOf(path);
    }
}
