package com.alphaheng.cli;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.spec.ParsedSubmission;
import com.alphaheng.spec.Problem;
import com.alphaheng.spec.SourceFile;
import com.alphaheng.spec.TaskFileParser;
import com.alphaheng.spec.TaskGraph;
import com.alphaheng.spec.TaskSpec;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks task files and shows what would come of them.
@Command(name = "plan", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Check task files without submitting them: every problem with its place, or the order and the "
                + "longest chain. If a coordinator answers, also what would change and which workers could run what.",
        footer = {"", "Exit code 1 if the files have problems."})
final class PlanCommand extends CampaignCommand {
    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Task files or folders (default: task-specs).")
    private List<Path> paths;

    @Option(names = "--offline", description = "Ask no coordinator.")
    private boolean offline;

    @Override
    public Integer call() {
        List<SourceFile> files = Submission.read(paths == null ? List.of(Surroundings.root().resolve("task-specs"))
                : paths);
        if (!offline && coordinator().isReady()) {
            orFirst();
            JsonNode plan = coordinator().post(campaignPath() + "/plan",
                    Submission.body(files, Optional.empty()));
            output().answer(plan, known(plan));
            return ExitCode.OK;
        }
        return parsed(files);
    }

    /// What the coordinator says: it knows the campaign and the workers.
    private static List<String> known(JsonNode plan) {
        List<String> lines = new ArrayList<>(ProblemLines.of(ProblemLines.read(plan.path("warnings"))));
        lines.addAll(SubmitCommand.difference(plan));
        Table table = new Table("STEP", "PRI", "TASK", "WORKERS");
        List<String> obstacles = new ArrayList<>();
        for (JsonNode task : plan.path("tasks")) {
            List<String> workers = new ArrayList<>();
            task.path("workers").forEach(worker -> workers.add(worker.asText()));
            table.row(task.path("step").asInt(), task.path("priority").asText(),
                    Table.cut(task.path("name").asText(), 40), workers(task, workers));
            String obstacle = task.path("obstacle").asText("");
            if (!obstacle.isEmpty() && obstacles.stream().noneMatch(line -> line.endsWith(obstacle))) {
                obstacles.add("no worker could run " + task.path("name").asText() + ": " + obstacle);
            }
        }
        lines.addAll(table.lines());
        lines.add("");
        obstacles.forEach(obstacle -> lines.addAll(Table.wrap(obstacle, "")));
        List<String> path = new ArrayList<>();
        plan.path("criticalPath").forEach(task -> path.add(task.asText()));
        lines.add("campaign %s would have %d tasks: %d added, %d changed, %d removed; no worker for %d".formatted(
                plan.path("campaign").asText(), plan.path("total").asInt(), plan.path("added").size(),
                plan.path("changed").size(), plan.path("removed").size(), plan.path("unplaceable").asInt()));
        lines.addAll(longest(path));
        return lines;
    }

    private static String workers(JsonNode task, List<String> named) {
        int able = task.path("able").asInt();
        return able == 0 ? "none" : String.join(", ", named)
                + (able > named.size() ? " and " + (able - named.size()) + " more" : "");
    }

    private static List<String> longest(List<String> path) {
        List<String> lines = new ArrayList<>(List.of("the longest chain has " + path.size() + ":"));
        lines.addAll(Table.wrap(String.join(" -> ", path), "  "));
        return lines;
    }

    private int parsed(List<SourceFile> files) {
        ParsedSubmission parsed = new TaskFileParser().parse(files);
        List<Problem> problems = switch (parsed) {
            case ParsedSubmission.Accepted accepted -> accepted.warnings();
            case ParsedSubmission.Rejected rejected -> rejected.problems();
        };
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("problems", problems);
        List<String> lines = new ArrayList<>(ProblemLines.of(problems));
        if (parsed instanceof ParsedSubmission.Accepted(List<TaskSpec> tasks, List<Problem> warnings)) {
            TaskGraph graph = TaskGraph.of(tasks);
            plan.put("tasks", graph.order().stream().map(task -> Map.of("name", task.name(), "priority",
                    task.priority(), "step", graph.layer(task.name()) + 1, "dependencies", task.dependencies()))
                    .toList());
            plan.put("criticalPath", graph.criticalPath());
            Table table = new Table("STEP", "PRI", "TASK", "AFTER");
            graph.order().forEach(task -> table.row(graph.layer(task.name()) + 1, task.priority(),
                    Table.cut(task.name(), 40), String.join(", ", task.dependencies())));
            lines.addAll(table.lines());
            lines.add("");
            lines.add(Table.counted(tasks.size(), "task") + " in " + Table.counted(files.size(), "file")
                    + "; no coordinator was asked, so nothing is said of workers");
            lines.addAll(longest(graph.criticalPath()));
        }
        output().answer(ProtocolCodec.jsonMapper().valueToTree(plan), lines);
        return parsed instanceof ParsedSubmission.Accepted ? ExitCode.OK : ExitCode.FAILED;
    }
}
