package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import picocli.CommandLine.Parameters;

/// A command about one task of a campaign.
abstract class TaskCommand extends CampaignCommand {
    @Parameters(paramLabel = "TASK", description = "The task's name.")
    private String task;

    final String task() {
        return task;
    }

    final String taskPath() {
        return campaignPath() + "/tasks/" + Coordinator.segment(task);
    }

    /// The status of a task's JSON as people read it.
    static String status(JsonNode task) {
        return task.path("status").asText().toLowerCase(Locale.ROOT);
    }
}
