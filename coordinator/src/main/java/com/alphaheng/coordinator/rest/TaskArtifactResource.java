package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.ArtifactStore;
import com.alphaheng.protocol.Artifact;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import java.util.regex.Pattern;

/// Which files the attempts of a task left, from the event log. A worker's report is not trusted to name a hash.
@Path("/api/campaigns/{campaign}/tasks/{task}/artifacts")
public class TaskArtifactResource {
    static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /// A file of an attempt.
    ///
    /// @param available whether its content has arrived
    public record Listed(int epoch, String path, String sha256, long bytes, boolean available) {
    }

    private final Roadmap roadmap;
    private final ArtifactStore store;

    TaskArtifactResource(Roadmap roadmap, ArtifactStore store) {
        this.roadmap = roadmap;
        this.store = store;
    }

    @GET
    @Needs(Role.VIEWER)
    public List<Listed> list(@PathParam("campaign") String campaign, @PathParam("task") String task) {
        record Known(int epoch, Artifact artifact) {
        }
        List<Known> known = roadmap.query(state -> Roadmap.task(state, campaign, task).attempts().stream()
                .flatMap(attempt -> of(attempt).stream().map(one -> new Known(attempt.id().epoch(), one))).toList());
        return known.stream().map(one -> new Listed(one.epoch, one.artifact.path(), one.artifact.sha256(),
                one.artifact.bytes(), HASH.matcher(one.artifact.sha256()).matches()
                        && store.size(one.artifact.sha256()).isPresent()))
                .toList();
    }

    private static List<Artifact> of(Attempt attempt) {
        return attempt.result().map(result -> result.artifacts()).orElse(List.of());
    }
}
