package com.alphaheng.cli.simulate;

import com.alphaheng.spec.SourceFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/// A task graph drawn from a seed: some tasks depend on none, the others on up to three of those some way before them.
public final class SimulatedTasks {
    /// Only simulated workers carry it, so that no real worker takes such a task.
    public static final String LABEL = "simulated";
    /// Keys of a task for simulated workers only, which would fail if anybody ran it.
    public static final String SIMULATED = "requires: {labels: {" + LABEL + ": \"yes\"}}\n    verify_command: exit 1";
    private static final int TASKS_PER_FILE = 2_500;
    private static final int TASKS_PER_SUBMISSION = 10_000;

    private SimulatedTasks() {
    }

    /// One task.
    public record Node(String name, Set<String> dependencies) {
    }

    /// @param nearby how far before a task its dependencies may be: the larger, the more tasks can run at once; 0 for
    ///               no dependencies at all
    /// @param free   share of tasks without dependencies
    public static List<Node> draw(int count, int nearby, double free, long seed) {
        Random random = new Random(seed);
        List<Node> nodes = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Set<String> dependencies = new HashSet<>();
            if (number > 0 && nearby > 0 && random.nextDouble() >= free) {
                for (int drawn = 1 + random.nextInt(3); drawn > 0; drawn--) {
                    dependencies.add(name(number - 1 - random.nextInt(Math.min(number, nearby))));
                }
            }
            nodes.add(new Node(name(number), dependencies));
        }
        return nodes;
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "task-%05d", number);
    }

    /// The graph as submissions of task files, each within the limits of one; a task's dependencies are in the same
    /// submission or an earlier one.
    static List<List<SourceFile>> submissions(List<Node> nodes) {
        return submissions(nodes, TASKS_PER_SUBMISSION, node -> SIMULATED);
    }

    /// The same, for tasks of which some are run by real workers.
    ///
    /// @param each how many tasks in a submission
    /// @param body further keys of a task, indented by 4 after the first line
    public static List<List<SourceFile>> submissions(List<Node> nodes, int each,
                                                     Function<Node, String> body) {
        List<List<SourceFile>> submissions = new ArrayList<>();
        for (int start = 0; start < nodes.size(); start += each) {
            List<SourceFile> files = new ArrayList<>();
            int end = Math.min(nodes.size(), start + each);
            for (int first = start; first < end; first += TASKS_PER_FILE) {
                files.add(file(nodes.subList(first, Math.min(end, first + TASKS_PER_FILE)), first, body));
            }
            submissions.add(files);
        }
        return submissions;
    }

    private static SourceFile file(List<Node> nodes, int first, Function<Node, String> body) {
        StringBuilder yaml = new StringBuilder("tasks:\n");
        int number = first;
        for (Node node : nodes) {
            yaml.append("  - name: ").append(node.name())
                    .append("\n    kind: verify\n    priority: P").append(number++ % 3)
                    .append("\n    dependencies: [").append(String.join(", ", node.dependencies()))
                    .append("]\n    timeout: 1h\n    retries: {max: 20, backoff: 1s, max_backoff: 1s}\n    ")
                    .append(body.apply(node)).append('\n');
        }
        return SourceFile.of("simulated-%06d.yaml".formatted(first), yaml.toString());
    }
}
