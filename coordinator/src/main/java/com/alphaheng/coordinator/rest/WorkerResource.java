package com.alphaheng.coordinator.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;

/// The workers.
@Path("/api/workers")
public class WorkerResource {
    private final Roadmap roadmap;

    WorkerResource(Roadmap roadmap) {
        this.roadmap = roadmap;
    }

    @GET
    public List<WorkerView> list() {
        return roadmap.query(state -> state.workers().stream().map(WorkerView::of).toList());
    }
}
