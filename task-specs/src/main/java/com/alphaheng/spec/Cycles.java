package com.alphaheng.spec;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds the cycles of a directed graph: one for each strongly connected group of nodes, by Tarjan's algorithm (SIAM
/// Journal on Computing 1972) without recursion, so that a chain of 10,000 tasks does not overflow the stack.
final class Cycles {
    private final Map<String, List<String>> edges;
    private final Map<String, Integer> index = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final Set<String> isOpen = new HashSet<>();
    private final Deque<Visit> path = new ArrayDeque<>();
    private final List<List<String>> found = new ArrayList<>();

    private Cycles(Map<String, List<String>> edges) {
        this.edges = edges;
    }

    private record Visit(String node, Iterator<String> next) {
    }

    /// @param edges from every node to others; every target is a key, and no node points to itself
    /// @return for each group a shortest cycle through the group's first node, which stands first and last in it
    static List<List<String>> of(Map<String, List<String>> edges) {
        Cycles cycles = new Cycles(edges);
        for (String node : edges.keySet()) {
            if (!cycles.index.containsKey(node)) {
                cycles.visitFrom(node);
            }
        }
        return cycles.found;
    }

    private void visitFrom(String root) {
        enter(root);
        while (!path.isEmpty()) {
            Visit visit = path.peek();
            if (visit.next().hasNext()) {
                String next = visit.next().next();
                if (!index.containsKey(next)) {
                    enter(next);
                } else if (isOpen.contains(next)) {
                    lowest.merge(visit.node(), index.get(next), Math::min);
                }
                continue;
            }
            path.pop();
            if (!path.isEmpty()) {
                lowest.merge(path.peek().node(), lowest.get(visit.node()), Math::min);
            }
            if (lowest.get(visit.node()).equals(index.get(visit.node()))) {
                closeGroup(visit.node());
            }
        }
    }

    private void enter(String node) {
        index.put(node, index.size());
        lowest.put(node, index.get(node));
        open.push(node);
        isOpen.add(node);
        path.push(new Visit(node, edges.get(node).iterator()));
    }

    private void closeGroup(String root) {
        Set<String> group = new HashSet<>();
        String member;
        do {
            member = open.pop();
            isOpen.remove(member);
            group.add(member);
        } while (!member.equals(root));
        shortestCycle(root, group).ifPresent(found::add);
    }

    /// Breadth first; empty only for a group of one.
    private Optional<List<String>> shortestCycle(String start, Set<String> group) {
        Map<String, String> cameFrom = new HashMap<>();
        Deque<String> queue = new ArrayDeque<>(List.of(start));
        while (!queue.isEmpty()) {
            String node = queue.remove();
            for (String next : edges.get(node)) {
                if (next.equals(start)) {
                    return Optional.of(cycleBack(node, start, cameFrom));
                }
                if (group.contains(next) && cameFrom.putIfAbsent(next, node) == null) {
                    queue.add(next);
                }
            }
        }
        return Optional.empty();
    }

    private static List<String> cycleBack(String last, String start, Map<String, String> cameFrom) {
        Deque<String> cycle = new ArrayDeque<>(List.of(start));
        for (String step = last; !step.equals(start); step = cameFrom.get(step)) {
            cycle.push(step);
        }
        cycle.push(start);
        return List.copyOf(cycle);
    }
}
