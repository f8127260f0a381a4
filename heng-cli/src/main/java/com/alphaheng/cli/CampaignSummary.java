package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A campaign in a few lines of 80 columns: progress, throughput, and the staircase so far.
public final class CampaignSummary {
    private static final int PROGRESS_WIDTH = 24;
    private static final int BAR_WIDTH = 30;

    private CampaignSummary() {
    }

    /// @param campaign the coordinator's `GET /api/campaigns/NAME`
    public static List<String> lines(JsonNode campaign) {
        List<String> lines = new ArrayList<>();
        lines.add(progress(campaign));
        lines.add(counts(campaign));
        lines.addAll(staircase(campaign));
        if (!campaign.path("standstill").asText("").isEmpty()) {
            lines.addAll(Table.wrap("nothing can go on: " + campaign.path("standstill").asText(), "  "));
        }
        return lines;
    }

    /// Tasks that ended, however they ended.
    public static int ended(JsonNode campaign) {
        JsonNode counts = campaign.path("counts");
        return counts.path("SUCCEEDED").asInt() + counts.path("FAILED").asInt() + counts.path("SKIPPED").asInt()
                + counts.path("CANCELLED").asInt();
    }

    private static String progress(JsonNode campaign) {
        int total = campaign.path("total").asInt();
        int ended = ended(campaign);
        int filled = total == 0 ? 0 : PROGRESS_WIDTH * ended / total;
        String line = "%s  [%s%s]  %d of %d tasks ended".formatted(campaign.path("name").asText(), "#".repeat(filled),
                "-".repeat(PROGRESS_WIDTH - filled), ended, total);
        if (campaign.path("finished").asBoolean()) {
            line += ", finished";
        } else if (campaign.path("etaSeconds").isNumber()) {
            line += ", about " + duration(campaign.path("etaSeconds").asLong()) + " left";
        }
        return Table.cut(line, Table.WIDTH);
    }

    static String duration(long seconds) {
        if (seconds < 90) {
            return seconds + " s";
        }
        return seconds < 5400 ? Math.round(seconds / 60.0) + " min" : Math.round(seconds / 3600.0) + " h";
    }

    private static String counts(JsonNode campaign) {
        JsonNode counts = campaign.path("counts");
        List<String> parts = new ArrayList<>();
        for (String status : List.of("SUCCEEDED", "FAILED", "SKIPPED", "CANCELLED", "RUNNING", "READY", "WAITING")) {
            if (counts.path(status).asInt() > 0) {
                parts.add(counts.path(status).asInt() + " " + status.toLowerCase(Locale.ROOT));
            }
        }
        JsonNode tokens = campaign.path("throughput").path("currentTokensPerSecond");
        if (tokens.isNumber()) {
            parts.add("throughput %.1f tok/s".formatted(tokens.asDouble()));
        }
        return Table.cut("  " + String.join(", ", parts), Table.WIDTH);
    }

    private static List<String> staircase(JsonNode campaign) {
        List<String> lines = new ArrayList<>();
        double largest = 0;
        int width = 5;
        for (JsonNode bar : campaign.path("staircase")) {
            largest = Math.max(largest, bar.path("value").asDouble());
            width = Math.max(width, Math.min(20, bar.path("stage").asText().length()));
        }
        for (JsonNode bar : campaign.path("staircase")) {
            double value = bar.path("value").asDouble();
            String ratio = bar.path("ratio").isNumber() ? "  %.2fx".formatted(bar.path("ratio").asDouble())
                    + (bar.path("ratioLow").isNumber() ? " (%.2f to %.2f)".formatted(bar.path("ratioLow").asDouble(),
                    bar.path("ratioHigh").asDouble()) : "") : "";
            lines.add(Table.cut("  %%-%ds %%8.1f %%-6s %%s%%s".formatted(width).formatted(
                    Table.cut(bar.path("stage").asText(), 20), value, bar.path("unit").asText(),
                    "#".repeat(largest > 0 ? (int) Math.max(1, BAR_WIDTH * value / largest) : 0), ratio), Table.WIDTH));
        }
        return lines;
    }
}
