package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.runtime.LogLine;
import com.alphaheng.coordinator.runtime.OutputArchive;
import com.alphaheng.protocol.AttemptId;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/// The whole output of an attempt, as lines of JSON: also what is too old to be held in memory.
@Path("/api/campaigns/{campaign}/tasks/{task}/log/all")
public class WholeLogResource {
    private record Which(AttemptId attempt, Instant assignedAt) {
    }

    private final Roadmap roadmap;
    private final OutputArchive archive;
    private final ObjectMapper json;

    WholeLogResource(Roadmap roadmap, OutputArchive archive, ObjectMapper json) {
        this.roadmap = roadmap;
        this.archive = archive;
        this.json = json;
    }

    /// The lines there are now; nothing for a task without an attempt.
    ///
    /// @param epoch which attempt; the latest one when absent
    @GET
    @Produces("application/x-ndjson")
    public StreamingOutput all(@PathParam("campaign") String campaign, @PathParam("task") String name,
                               @QueryParam("epoch") Optional<Integer> epoch) {
        Optional<Which> which = roadmap.query(state -> {
            var task = Roadmap.task(state, campaign, name);
            Optional<Attempt> attempt = epoch.isEmpty() ? task.lastAttempt() : task.attempts().stream()
                    .filter(known -> known.id().epoch() == epoch.get()).findFirst();
            return attempt.map(found -> new Which(found.id(), found.assignedAt()));
        });
        if (which.isEmpty() && epoch.isPresent()) {
            throw new ApiProblem(404, "Not Found", "task " + name + " has no attempt " + epoch.get(),
                    "leave epoch away for the latest one");
        }
        return output -> which.ifPresent(found -> archive.read(found.attempt(), found.assignedAt(),
                line -> write(line, output)));
    }

    private void write(LogLine line, OutputStream output) {
        try {
            output.write(json.writeValueAsBytes(line));
            output.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // The reader has gone.
        }
    }
}
