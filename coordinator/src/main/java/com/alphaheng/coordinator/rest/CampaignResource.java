package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// Campaigns and what may be done with a whole one.
@Path("/api/campaigns")
@Produces(MediaType.APPLICATION_JSON)
public class CampaignResource {
    /// The tasks a command touched.
    public record Touched(List<String> tasks) {
    }

    private final Roadmap roadmap;
    private final Clock clock;
    private final Caller caller;

    CampaignResource(Roadmap roadmap, Clock clock, Caller caller) {
        this.roadmap = roadmap;
        this.caller = caller;
        this.clock = clock;
    }

    @GET
    public RestResponse<List<CampaignView.Summary>> list(@QueryParam("q") Optional<String> text,
                                                         @QueryParam("finished") Optional<Boolean> finished,
                                                         @QueryParam("paused") Optional<Boolean> paused,
                                                         @BeanParam Page page) {
        return page.of(roadmap.query(state -> state.campaigns().stream()
                .filter(campaign -> text.map(part -> campaign.name().contains(part)).orElse(true)
                        && finished.map(wanted -> wanted == campaign.finished()).orElse(true)
                        && paused.map(wanted -> wanted == campaign.paused()).orElse(true))
                .map(CampaignView.Summary::of).toList()));
    }

    @GET
    @Path("{campaign}")
    public CampaignView show(@PathParam("campaign") String name) {
        Instant now = clock.instant();
        return roadmap.query(state -> {
            Campaign campaign = Roadmap.campaign(state, name);
            return CampaignView.of(campaign, roadmap.shape(campaign),
                    new BlockingReason(state, now).standstill(campaign), now);
        });
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{campaign}/pause")
    public Touched pause(@PathParam("campaign") String name, @HeaderParam(IfMatch.HEADER) String known) {
        return touch(name, known, new RoadmapCommand.PauseCampaign(name, caller.name()));
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{campaign}/resume")
    public Touched resume(@PathParam("campaign") String name, @HeaderParam(IfMatch.HEADER) String known) {
        return touch(name, known, new RoadmapCommand.ResumeCampaign(name, caller.name()));
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{campaign}/cancel")
    public Touched cancel(@PathParam("campaign") String name, @HeaderParam(IfMatch.HEADER) String known) {
        return touch(name, known, new RoadmapCommand.CancelCampaign(name, caller.name()));
    }

    @POST
    @Needs(Role.SUBMITTER)
    @Path("{campaign}/rerun-failed")
    public Touched rerunFailed(@PathParam("campaign") String name, @HeaderParam(IfMatch.HEADER) String known) {
        return touch(name, known, new RoadmapCommand.RerunFailed(name, caller.name()));
    }

    private Touched touch(String campaign, String known, RoadmapCommand command) {
        return new Touched(roadmap.command(IfMatch.guard(known, campaign, command)));
    }
}
