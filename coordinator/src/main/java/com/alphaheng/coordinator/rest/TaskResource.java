package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
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
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// The tasks of a campaign.
@Path("/api/campaigns/{campaign}/tasks")
@Produces(MediaType.APPLICATION_JSON)
public class TaskResource {
    /// Output and result travel on different topics: the last lines may come a little after the result.
    private static final Duration OUTPUT_LAG = Duration.ofSeconds(3);

    /// A piece of an attempt's output.
    ///
    /// @param complete whether no more can come
    /// @param next     what to ask for as `after` next time
    public record LogPage(int epoch, List<LogLine> lines, boolean complete, long next) {
    }

    private record Selected(List<TaskRow> rows, int total) {
    }

    private final Roadmap roadmap;
    private final LogLines logs;
    private final Clock clock;
    private final Caller caller;

    TaskResource(Roadmap roadmap, LogLines logs, Clock clock, Caller caller) {
        this.caller = caller;
        this.roadmap = roadmap;
        this.logs = logs;
        this.clock = clock;
    }

    @GET
    public RestResponse<List<TaskRow>> list(@PathParam("campaign") String campaign, @BeanParam TaskFilter filter,
                                            @BeanParam Page page) {
        page.check();
        var wanted = filter.predicate();
        Instant now = clock.instant();
        Selected selected = roadmap.query(state -> {
            var found = Roadmap.campaign(state, campaign);
            BlockingReason reasons = new BlockingReason(state, now);
            CampaignShape shape = roadmap.shape(found);
            List<Task> tasks = found.tasks().stream().filter(wanted).toList();
            return new Selected(page.cut(tasks).stream().map(task -> TaskRow.of(task, reasons, shape.layer(task)))
                    .toList(), tasks.size());
        });
        return page.answer(selected.rows(), selected.total());
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

    /// Why it is in its state, and what each worker says to it.
    @GET
    @Path("{task}/why")
    public TaskWhy why(@PathParam("campaign") String campaign, @PathParam("task") String name) {
        Instant now = clock.instant();
        return roadmap.query(state -> TaskWhy.of(Roadmap.task(state, campaign, name), state, now));
    }

    @GET
    @Path("{task}/log")
    public LogPage log(@PathParam("campaign") String campaign, @PathParam("task") String name,
                       @QueryParam("epoch") Optional<Integer> epoch,
                       @QueryParam("after") @DefaultValue("0") long after,
                       @QueryParam("limit") @DefaultValue("5000") int limit) {
        if (after < 0 || limit < 1) {
            throw ApiProblem.badRequest("after must be at least 0 and limit at least 1", "leave them away");
        }
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
        List<LogLine> lines = page.lines().stream().limit(limit).toList();
        boolean all = lines.size() == page.lines().size();
        return new LogPage(which.get().attempt().epoch(), lines, which.get().complete() && all,
                all ? page.next() : lines.getLast().sequence());
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{task}/retry")
    public CampaignResource.Touched retry(@PathParam("campaign") String campaign, @PathParam("task") String name,
                                          @HeaderParam(IfMatch.HEADER) String known) {
        return new CampaignResource.Touched(roadmap.command(IfMatch.guard(known, campaign,
                new RoadmapCommand.RetryTask(campaign, name, caller.name()))));
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{task}/cancel")
    public CampaignResource.Touched cancel(@PathParam("campaign") String campaign, @PathParam("task") String name,
                                           @HeaderParam(IfMatch.HEADER) String known) {
        return new CampaignResource.Touched(roadmap.command(IfMatch.guard(known, campaign,
                new RoadmapCommand.CancelTask(campaign, name, caller.name()))));
    }
}
