package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.coordinator.roadmap.Worker;
import com.alphaheng.coordinator.runtime.Shard;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;

/// The roadmap's figures in the Prometheus text format. Names of campaigns cannot hold characters that need escaping.
@Path("/q/metrics")
public class MetricsResource {
    private final Roadmap roadmap;
    private final Shard shard;

    MetricsResource(Roadmap roadmap, Shard shard) {
        this.roadmap = roadmap;
        this.shard = shard;
    }

    /// One that stands by has no roadmap to tell of, only that it stands by.
    @GET
    @AlsoStandingBy
    @Produces("text/plain; version=0.0.4; charset=utf-8")
    public String metrics() {
        StringBuilder text = new StringBuilder();
        figure(text, "gauge", "heng_active", "1 if this coordinator decides, 0 if it stands by",
                shard.active() ? 1 : 0);
        figure(text, "gauge", "heng_requests_waiting", "commands and questions waiting for the shard",
                shard.queueLength());
        return shard.active() ? text.append(roadmap.query(MetricsResource::roadmap)).toString() : text.toString();
    }

    private static String roadmap(RoadmapState state) {
        StringBuilder text = new StringBuilder();
        figure(text, "counter", "heng_facts_total", "facts in the log", state.durableEvents());
        header(text, "gauge", "heng_tasks", "tasks of a campaign by status");
        for (Campaign campaign : state.campaigns()) {
            for (TaskStatus status : TaskStatus.values()) {
                text.append("heng_tasks{campaign=\"").append(campaign.name()).append("\",status=\"")
                        .append(status).append("\"} ").append(campaign.count(status)).append('\n');
            }
        }
        header(text, "gauge", "heng_workers", "workers by presence");
        for (Worker.Presence presence : Worker.Presence.values()) {
            text.append("heng_workers{state=\"").append(presence).append("\"} ").append(state.workers().stream()
                    .filter(worker -> worker.presence() == presence).count()).append('\n');
        }
        figure(text, "gauge", "heng_attempts_running", "attempts that hold a lease", state.workers().stream()
                .mapToLong(worker -> worker.running().size()).sum());
        figure(text, "gauge", "heng_webhooks_waiting", "notifications not yet delivered", state.administration()
                .webhooks().stream().mapToLong(webhook -> webhook.pending().size()).sum());
        return text.toString();
    }

    private static void figure(StringBuilder text, String type, String name, String help, long value) {
        header(text, type, name, help);
        text.append(name).append(' ').append(value).append('\n');
    }

    private static void header(StringBuilder text, String type, String name, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ')
                .append(type).append('\n');
    }
}
