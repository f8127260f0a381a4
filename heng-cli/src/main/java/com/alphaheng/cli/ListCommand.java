package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The tasks of a campaign.
@Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false,
        description = "List the tasks of a campaign, and why each is where it is.")
final class ListCommand extends CampaignCommand {
    @Option(names = "--status", paramLabel = "STATUS",
            description = "waiting, ready, running, succeeded, failed, skipped or cancelled.")
    private String status;

    @Option(names = "--category", paramLabel = "NAME", description = "Only this category.")
    private String category;

    @Option(names = "--priority", paramLabel = "P", description = "Only P0, P1 or P2.")
    private String priority;

    @Option(names = "--worker", paramLabel = "ID", description = "Only what this worker runs or ran last.")
    private String worker;

    @Option(names = {"-q", "--query"}, paramLabel = "TEXT", description = "Only names and reasons with this text.")
    private String query;

    @Override
    public Integer call() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("status", status == null ? null : status.toUpperCase(Locale.ROOT));
        filters.put("category", category);
        filters.put("priority", priority == null ? null : priority.toUpperCase(Locale.ROOT));
        filters.put("worker", worker);
        filters.put("q", query);
        String filter = Coordinator.query(filters);
        JsonNode tasks = coordinator().get(campaignPath() + "/tasks" + filter);
        output().answer(tasks, tasks.isEmpty() ? Table.wrap(filter.isEmpty()
                ? "campaign " + campaign() + " has no tasks: './heng submit FILE... -c " + campaign() + "' adds some"
                : "no task of " + campaign() + " is like that: './heng list -c " + campaign() + "' shows all", "")
                : lines(tasks));
        return ExitCode.OK;
    }

    private static List<String> lines(JsonNode tasks) {
        Table table = new Table("STATUS", "PRI", "TRIES", "TASK");
        tasks.forEach(task -> table.row(TaskCommand.status(task), task.path("priority").asText(),
                task.path("attempts").asInt(), task.path("name").asText()));
        Iterator<String> rows = table.lines().iterator();
        List<String> lines = new ArrayList<>(List.of(rows.next()));
        for (JsonNode task : tasks) {
            lines.add(rows.next());
            // That a task succeeded needs no reason; everything else has one that people ask for.
            if (!task.path("status").asText().equals("SUCCEEDED") && !task.path("reason").asText("").isBlank()) {
                lines.addAll(Table.wrap(task.path("reason").asText(), " ".repeat(11)));
            }
        }
        return lines;
    }
}
