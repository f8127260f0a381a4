package com.alphaheng.cli.simulate;

import com.alphaheng.spec.SourceFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/// A task graph drawn from a seed: every task depends on up to three of the hundred before it, one in four on none.
final class SimulatedTasks {
    /// Only simulated workers carry it, so that no real worker takes such a task.
    static final String LABEL = "simulated";
    private static final int NEARBY = 100;

    private SimulatedTasks() {
    }

    /// One task.
    record Node(String name, Set<String> dependencies) {
    }

    static List<Node> draw(int count, long seed) {
        Random random = new Random(seed);
        List<Node> nodes = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Set<String> dependencies = new HashSet<>();
            if (number > 0 && random.nextInt(4) > 0) {
                for (int drawn = 1 + random.nextInt(3); drawn > 0; drawn--) {
                    dependencies.add(name(number - 1 - random.nextInt(Math.min(number, NEARBY))));
                }
            }
            nodes.add(new Node(name(number), dependencies));
        }
        return nodes;
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "task-%05d", number);
    }

    /// The graph as a task file.
    static SourceFile file(List<Node> nodes) {
        StringBuilder yaml = new StringBuilder("tasks:\n");
        int number = 0;
        for (Node node : nodes) {
            yaml.append("  - name: ").append(node.name())
                    .append("\n    kind: verify\n    priority: P").append(number++ % 3)
                    .append("\n    dependencies: [").append(String.join(", ", node.dependencies()))
                    .append("]\n    requires: {labels: {" + LABEL + ": \"yes\"}}\n    timeout: 1h\n")
                    .append("    retries: {max: 20, backoff: 1s, max_backoff: 1s}\n    verify_command: exit 1\n");
        }
        return SourceFile.of("simulated.yaml", yaml.toString());
    }
}
