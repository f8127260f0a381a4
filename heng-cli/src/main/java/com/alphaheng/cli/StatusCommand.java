package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/// How a campaign stands.
@Command(name = "status", mixinStandardHelpOptions = true, sortOptions = false,
        description = "How a campaign stands: tasks done, throughput, staircase, workers.")
final class StatusCommand extends CampaignCommand {
    @Override
    public Integer call() {
        Coordinator coordinator = coordinator();
        JsonNode campaign = coordinator.get(campaignPath());
        if (output().isJson()) {
            output().json(campaign);
            return ExitCode.OK;
        }
        List<String> lines = new ArrayList<>(CampaignSummary.lines(campaign));
        JsonNode workers = coordinator.get("/api/workers");
        if (workers.size() > 0) {
            Table table = new Table("WORKER", "STATE", "RUNNING");
            for (JsonNode worker : workers) {
                List<String> running = new ArrayList<>();
                worker.path("running").forEach(attempt -> running.add(attempt.path("task").asText()));
                table.row(worker.path("id").asText(), worker.path("state").asText().toLowerCase(java.util.Locale.ROOT),
                        running.isEmpty() ? "-" : String.join(", ", running));
            }
            lines.add("");
            lines.addAll(table.lines());
        }
        output().lines(lines);
        return ExitCode.OK;
    }
}
