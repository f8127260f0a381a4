package com.alphaheng.coordinator.rest;

import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// The workers.
@Path("/api/workers")
public class WorkerResource {
    private final Roadmap roadmap;

    WorkerResource(Roadmap roadmap) {
        this.roadmap = roadmap;
    }

    /// @param state `online`, `lost` or `left`
    /// @param text  part of the id or the description
    /// @param label `name=value`
    /// @param campaign what it runs something of now
    @GET
    public RestResponse<List<WorkerView>> list(@QueryParam("state") Optional<String> state,
                                               @QueryParam("q") Optional<String> text,
                                               @QueryParam("label") Optional<String> label,
                                               @QueryParam("campaign") Optional<String> campaign,
                                               @BeanParam Page page) {
        return page.of(roadmap.query(now -> now.workers().stream().filter(worker ->
                state.map(word -> worker.presence().name().equalsIgnoreCase(word)).orElse(true)
                && text.map(part -> worker.id().contains(part) || worker.profile().description().contains(part))
                        .orElse(true)
                && label.map(pair -> worker.profile().labels().entrySet().stream().anyMatch(entry ->
                        pair.equals(entry.getKey() + "=" + entry.getValue()))).orElse(true)
                && campaign.map(name -> worker.running().stream().anyMatch(attempt ->
                        attempt.id().campaign().equals(name))).orElse(true))
                .map(WorkerView::of).toList()));
    }
}
