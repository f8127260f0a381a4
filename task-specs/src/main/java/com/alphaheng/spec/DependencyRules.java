package com.alphaheng.spec;

import com.alphaheng.spec.TaskReader.Draft;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What holds between tasks: every dependency exists, none is on oneself, and they form no cycle.
final class DependencyRules {
    private static final int LONGEST_NAMED = 200;

    private final Map<String, Draft> drafts;
    private final Set<String> existing;
    private final Problems problems;

    /// @param drafts   of the whole submission, by name
    /// @param existing names of tasks the campaign has already, which may be depended on too
    DependencyRules(Map<String, Draft> drafts, Set<String> existing, Problems problems) {
        this.drafts = drafts;
        this.existing = existing;
        this.problems = problems;
    }

    /// @param complete whether every task of the submission is among the drafts, so that a name not found is missing
    void check(boolean complete) {
        Set<String> known = new LinkedHashSet<>(drafts.keySet());
        known.addAll(existing);
        Map<String, List<String>> edges = new LinkedHashMap<>();
        drafts.forEach((name, draft) -> {
            draft.dependencies().forEach((dependency, place) -> {
                if (dependency.equals(name)) {
                    problems.error(place, "self-dependency", "task '" + name + "' depends on itself",
                            "remove the dependency");
                } else if (complete && !known.contains(dependency)) {
                    reportMissing(name, dependency, place, known);
                }
            });
            edges.put(name, draft.dependencies().keySet().stream()
                    .filter(dependency -> drafts.containsKey(dependency) && !dependency.equals(name)).toList());
        });
        Cycles.of(edges).forEach(this::reportCycle);
    }

    private void reportMissing(String name, String dependency, SourceLocation place, Set<String> known) {
        String submit = "submit the file that defines it along with this one, or correct the name";
        // Comparing thousands of wrong names with thousands of right ones would take minutes and help nobody.
        String fix = problems.isFull() ? submit : Spelling.nearest(dependency, known)
                .map(near -> "did you mean '" + near + "'?").orElse(submit);
        problems.error(place, "missing-dependency", "task '" + name + "' depends on '"
                + MappingReader.abbreviated(dependency) + "', which no task of this submission is called", fix);
    }

    private void reportCycle(List<String> cycle) {
        Draft first = drafts.get(cycle.getFirst());
        String names = String.join(" -> ", cycle.subList(0, Math.min(cycle.size(), LONGEST_NAMED)))
                + (cycle.size() > LONGEST_NAMED ? " -> ... (" + (cycle.size() - 1) + " tasks)" : "");
        problems.error(first.dependencies().get(cycle.get(1)), "dependency-cycle",
                "the dependencies form a cycle: " + names, "remove one of these dependencies");
    }
}
