package com.alphaheng.cli.up;

import com.alphaheng.cli.CampaignSummary;
import com.alphaheng.cli.Table;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The campaign as it goes on: on a terminal a block that is redrawn in place, elsewhere one line per event.
final class LiveSummary {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "FAILED", "SKIPPED", "CANCELLED");

    private final PrintStream out;
    private final boolean redraw;
    private final Map<String, String> statuses = new HashMap<>();
    private List<String> drawn = List.of();

    LiveSummary(PrintStream out, boolean redraw) {
        this.out = out;
        this.redraw = redraw;
    }

    /// A line that stays.
    synchronized void say(String line) {
        erase();
        out.println(line);
        drawn.forEach(out::println);
        out.flush();
    }

    /// @param campaign the coordinator's campaign
    /// @param tasks    its tasks
    synchronized void update(JsonNode campaign, JsonNode tasks) {
        List<String> running = new ArrayList<>();
        List<String> news = new ArrayList<>();
        for (JsonNode task : tasks) {
            String name = task.path("name").asText();
            String status = task.path("status").asText();
            if (status.equals("RUNNING")) {
                running.add(name);
            }
            String before = statuses.put(name, status);
            if (ENDED.contains(status) && before != null && !before.equals(status)) {
                news.add(ended(task, campaign));
            }
        }
        if (redraw) {
            erase();
            news.forEach(out::println);
            List<String> block = new ArrayList<>(CampaignSummary.lines(campaign));
            block.add(Table.cut("  now: " + (running.isEmpty() ? "-" : String.join(", ", running)), Table.WIDTH));
            drawn = block;
            block.forEach(out::println);
        } else {
            news.forEach(out::println);
        }
        out.flush();
    }

    private static String ended(JsonNode task, JsonNode campaign) {
        String reason = task.path("status").asText().equals("SUCCEEDED") ? "" : ": " + task.path("reason").asText("");
        return Table.cut("%s  %-9s %s%s (%d of %d)".formatted(CLOCK.format(LocalTime.now()),
                task.path("status").asText().toLowerCase(Locale.ROOT), task.path("name").asText(), reason,
                CampaignSummary.ended(campaign), campaign.path("total").asInt()), 160);
    }

    /// The state of things once more, for the end of the run.
    synchronized void close(JsonNode campaign) {
        erase();
        drawn = List.of();
        CampaignSummary.lines(campaign).forEach(out::println);
        out.flush();
    }

    private void erase() {
        if (redraw && !drawn.isEmpty()) {
            out.print("\u001b[" + drawn.size() + "A\u001b[J");
        }
    }
}
