package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.LimitScope;
import com.alphaheng.coordinator.roadmap.Limits;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// How many attempts may run at once per campaign, agent backend and worker.
@Path("/api/limits")
public class LimitResource {
    private static final int MOST = 100_000;

    /// @param most attempts at once
    public record NewLimit(Integer most) {
    }

    /// @param scope   `campaign`, `backend` or `worker`
    /// @param running attempts that count against it now
    public record Limit(String scope, String name, int most, int running) {
    }

    private final Roadmap roadmap;
    private final Caller caller;

    LimitResource(Roadmap roadmap, Caller caller) {
        this.roadmap = roadmap;
        this.caller = caller;
    }

    @GET
    public RestResponse<List<Limit>> list(@BeanParam Page page) {
        return page.of(roadmap.query(state -> {
            Limits limits = state.administration().limits();
            List<Limit> all = new ArrayList<>();
            for (LimitScope scope : LimitScope.values()) {
                limits.all(scope).forEach((name, most) -> all.add(new Limit(scope.word(), name, most, switch (scope) {
                    case CAMPAIGN -> state.campaign(name).map(campaign ->
                            campaign.count(TaskStatus.RUNNING)).orElse(0);
                    case BACKEND -> limits.using(name);
                    case WORKER -> state.findWorker(name).map(worker -> worker.running().size()).orElse(0);
                })));
            }
            return all;
        }));
    }

    @PUT
    @Path("{scope}/{name}")
    @Needs(Role.SUBMITTER)
    public CampaignResource.Touched set(@PathParam("scope") String scope, @PathParam("name") String name,
                                        NewLimit limit) {
        if (limit == null || limit.most() == null || limit.most() < 0 || limit.most() > MOST) {
            throw ApiProblem.badRequest("'most' must be a number between 0 and " + MOST, "send {\"most\": 4}; DELETE "
                    + "takes the limit away");
        }
        return change(scope, name, Optional.of(limit.most()));
    }

    @DELETE
    @Path("{scope}/{name}")
    @Needs(Role.SUBMITTER)
    public CampaignResource.Touched remove(@PathParam("scope") String scope, @PathParam("name") String name) {
        return change(scope, name, Optional.empty());
    }

    private CampaignResource.Touched change(String word, String name, Optional<Integer> most) {
        LimitScope scope = LimitScope.of(word).orElseThrow(() -> new ApiProblem(404, "Not Found",
                "there are no limits per '" + word + "'", "use campaign, backend or worker"));
        return new CampaignResource.Touched(roadmap.command(new RoadmapCommand.SetLimit(scope,
                Names.check(word, name), most, caller.name())));
    }
}
