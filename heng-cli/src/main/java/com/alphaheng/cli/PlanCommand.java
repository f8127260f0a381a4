package com.alphaheng.cli;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.spec.ParsedSubmission;
import com.alphaheng.spec.Problem;
import com.alphaheng.spec.SourceFile;
import com.alphaheng.spec.TaskFileParser;
import com.alphaheng.spec.TaskSpec;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Checks task files and shows in which order they could run. Needs no coordinator.
@Command(name = "plan", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Check task files without submitting them: every problem with its place, or the order, what "
                + "waits for what, and the longest chain. Needs no coordinator.")
final class PlanCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Task files or folders (default: task-specs).")
    private List<Path> paths;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        List<SourceFile> files = Submission.read(paths == null ? List.of(Surroundings.root().resolve("task-specs"))
                : paths);
        ParsedSubmission parsed = new TaskFileParser().parse(files);
        List<Problem> problems = switch (parsed) {
            case ParsedSubmission.Accepted accepted -> accepted.warnings();
            case ParsedSubmission.Rejected rejected -> rejected.problems();
        };
        if (output.isJson()) {
            output.json(json(parsed, problems));
        } else {
            output.lines(problems.stream().map(Problem::toString).toList());
            if (parsed instanceof ParsedSubmission.Accepted(List<TaskSpec> tasks, List<Problem> warnings)) {
                output.lines(plan(tasks, files.size()));
            }
        }
        return parsed instanceof ParsedSubmission.Accepted ? ExitCode.OK : ExitCode.FAILED;
    }

    private static JsonNode json(ParsedSubmission parsed, List<Problem> problems) {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("problems", problems);
        if (parsed instanceof ParsedSubmission.Accepted(List<TaskSpec> tasks, List<Problem> warnings)) {
            Map<String, Integer> layers = layers(tasks);
            plan.put("tasks", order(tasks, layers).stream().map(task -> Map.of("name", task.name(), "priority",
                    task.priority(), "layer", layers.get(task.name()), "dependencies", task.dependencies())).toList());
            plan.put("criticalPath", criticalPath(tasks, layers));
        }
        return ProtocolCodec.jsonMapper().valueToTree(plan);
    }

    private static List<String> plan(List<TaskSpec> tasks, int files) {
        Map<String, Integer> layers = layers(tasks);
        Table table = new Table("STEP", "PRI", "TASK", "AFTER");
        for (TaskSpec task : order(tasks, layers)) {
            table.row(layers.get(task.name()) + 1, task.priority(), Table.cut(task.name(), 40),
                    String.join(", ", task.dependencies()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add(tasks.size() + " tasks in " + files + " files; the longest chain has "
                + criticalPath(tasks, layers).size() + ":");
        lines.add("  " + String.join(" -> ", criticalPath(tasks, layers)));
        return lines;
    }

    /// Steps in which tasks could run if there were workers enough; within one, by priority.
    private static List<TaskSpec> order(List<TaskSpec> tasks, Map<String, Integer> layers) {
        return tasks.stream().sorted(Comparator.comparing((TaskSpec task) -> layers.get(task.name()))
                .thenComparing(TaskSpec::priority)).toList();
    }

    /// For each task the length of the longest chain of tasks before it.
    private static Map<String, Integer> layers(List<TaskSpec> tasks) {
        Map<String, Integer> layers = new HashMap<>();
        List<TaskSpec> open = new ArrayList<>(tasks);
        while (!open.isEmpty()) {
            open.removeIf(task -> {
                boolean ready = layers.keySet().containsAll(task.dependencies());
                if (ready) {
                    layers.put(task.name(), task.dependencies().stream().mapToInt(layers::get).max().orElse(-1) + 1);
                }
                return ready;
            });
        }
        return layers;
    }

    private static List<String> criticalPath(List<TaskSpec> tasks, Map<String, Integer> layers) {
        Map<String, TaskSpec> byName = new HashMap<>();
        tasks.forEach(task -> byName.put(task.name(), task));
        List<String> path = new ArrayList<>();
        String last = tasks.stream().map(TaskSpec::name).max(Comparator.comparing(layers::get)).orElse(null);
        while (last != null) {
            path.addFirst(last);
            last = byName.get(last).dependencies().stream().max(Comparator.comparing(layers::get)).orElse(null);
        }
        return path;
    }
}
