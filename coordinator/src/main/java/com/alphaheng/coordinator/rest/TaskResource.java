package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.runtime.LogLine;
import com.alphaheng.coordinator.runtime.LogLines;
import com.alphaheng.protocol.AttemptId;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The tasks of a campaign.
@Path("/api/campaigns/{campaign}/tasks")
public class TaskResource {
    /// Output and result travel on different topics: the last lines may come a little after the result.
    private static final Duration OUTPUT_LAG = Duration.ofSeconds(3);

    /// A piece of an attempt's output.
    ///
    /// @param complete whether no more can come
    /// @param next     what to ask for as `after` next time
    public record LogPage(int epoch, List<LogLine> lines, boolean complete, long next) {
    }

    private record Selected(List<TaskRow> rows, int total, long version) {
    }

    private final Roadmap roadmap;
    private final LogLines logs;
    private final Clock clock;

    TaskResource(Roadmap roadmap, LogLines logs, Clock clock) {
        this.roadmap = roadmap;
        this.logs = logs;
        this.clock = clock;
    }

    @GET
    public Response list(@PathParam("campaign") String campaign, @BeanParam TaskFilter filter,
                         @QueryParam("offset") @DefaultValue("0") int offset,
                         @QueryParam("limit") @DefaultValue("100000") int limit,
                         @HeaderParam("If-None-Match") String known) {
        if (offset < 0 || limit < 1) {
            throw new ApiProblem(400, "Bad Request", "offset must be at least 0 and limit at least 1", "");
        }
        var wanted = filter.predicate();
        Instant now = clock.instant();
        Selected selected = roadmap.query(state -> {
            var found = Roadmap.campaign(state, campaign);
            BlockingReason reasons = new BlockingReason(state, now);
            CampaignShape shape = roadmap.shape(found);
            List<Task> tasks = found.tasks().stream().filter(wanted).toList();
            return new Selected(tasks.stream().skip(offset).limit(limit)
                    .map(task -> TaskRow.of(task, reasons, shape.layer(task))).toList(), tasks.size(),
                    state.durableEvents());
        });
        String tag = "W/\"" + selected.version() + "\"";
        if (tag.equals(known)) {
            return Response.notModified().header("ETag", tag).build();
        }
        return Response.ok(selected.rows()).header("X-Total-Count", selected.total()).header("ETag", tag).build();
    }

    @GET
    @Path("{task}")
    public TaskDetail show(@PathParam("campaign") String campaign, @PathParam("task") String name) {
        Instant now = clock.instant();
        return roadmap.query(state -> {
            Task task = Roadmap.task(state, campaign, name);
            return TaskDetail.of(task, new BlockingReason(state, now), roadmap.shape(task.campaign()).layer(task));
        });
    }

    @GET
    @Path("{task}/log")
    public LogPage log(@PathParam("campaign") String campaign, @PathParam("task") String name,
                       @QueryParam("epoch") Optional<Integer> epoch,
                       @QueryParam("after") @DefaultValue("0") long after) {
        Instant now = clock.instant();
        record Which(AttemptId attempt, boolean complete) {
        }
        Optional<Which> which = roadmap.query(state -> {
            Task task = Roadmap.task(state, campaign, name);
            Optional<Attempt> attempt = epoch.isEmpty() ? task.lastAttempt() : task.attempts().stream()
                    .filter(known -> known.id().epoch() == epoch.get()).findFirst();
            return attempt.map(found -> new Which(found.id(), found.finishedAt()
                    .map(end -> end.plus(OUTPUT_LAG).isBefore(now)).orElse(false)));
        });
        if (which.isEmpty()) {
            if (epoch.isPresent()) {
                throw new ApiProblem(404, "Not Found", "task " + name + " has no attempt " + epoch.get(),
                        "leave epoch away for the latest one");
            }
            return new LogPage(0, List.of(), false, 0);
        }
        LogLines.Page page = logs.after(which.get().attempt(), after);
        return new LogPage(which.get().attempt().epoch(), page.lines(), which.get().complete(), page.next());
    }

    @POST
    @Path("{task}/retry")
    public CampaignResource.Touched retry(@PathParam("campaign") String campaign, @PathParam("task") String name,
                                          @HeaderParam("X-Heng-User") String user) {
        return new CampaignResource.Touched(roadmap.command(
                new RoadmapCommand.RetryTask(campaign, name, Actor.of(user))));
    }

    @POST
    @Path("{task}/cancel")
    public CampaignResource.Touched cancel(@PathParam("campaign") String campaign, @PathParam("task") String name,
                                           @HeaderParam("X-Heng-User") String user) {
        return new CampaignResource.Touched(roadmap.command(
                new RoadmapCommand.CancelTask(campaign, name, Actor.of(user))));
    }
}
