package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.report.Bar;
import com.alphaheng.coordinator.report.CampaignFacts;
import com.alphaheng.coordinator.report.Staircase;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/// Campaigns and what may be done with a whole one.
@Path("/api/campaigns")
public class CampaignResource {
    /// The tasks a command touched.
    public record Touched(List<String> tasks) {
    }

    private final Roadmap roadmap;
    private final Clock clock;

    CampaignResource(Roadmap roadmap, Clock clock) {
        this.roadmap = roadmap;
        this.clock = clock;
    }

    @GET
    public List<CampaignView.Summary> list() {
        return roadmap.query(state -> state.campaigns().stream().map(CampaignView.Summary::of).toList());
    }

    @GET
    @Path("{campaign}")
    public CampaignView show(@PathParam("campaign") String name) {
        Instant now = clock.instant();
        CampaignFacts facts = roadmap.query(state ->
                CampaignFacts.of(Roadmap.campaign(state, name), state, now));
        List<Bar> staircase = Staircase.of(facts);
        return roadmap.onCampaign(name, campaign ->
                CampaignView.of(campaign, roadmap.shape(campaign), staircase, now));
    }

    @POST
    @Path("{campaign}/pause")
    public Touched pause(@PathParam("campaign") String name, @HeaderParam("X-Heng-User") String user) {
        return new Touched(roadmap.command(new RoadmapCommand.PauseCampaign(name, Actor.of(user))));
    }

    @POST
    @Path("{campaign}/resume")
    public Touched resume(@PathParam("campaign") String name, @HeaderParam("X-Heng-User") String user) {
        return new Touched(roadmap.command(new RoadmapCommand.ResumeCampaign(name, Actor.of(user))));
    }

    @POST
    @Path("{campaign}/cancel")
    public Touched cancel(@PathParam("campaign") String name, @HeaderParam("X-Heng-User") String user) {
        return new Touched(roadmap.command(new RoadmapCommand.CancelCampaign(name, Actor.of(user))));
    }

    @POST
    @Path("{campaign}/rerun-failed")
    public Touched rerunFailed(@PathParam("campaign") String name, @HeaderParam("X-Heng-User") String user) {
        return new Touched(roadmap.command(new RoadmapCommand.RerunFailed(name, Actor.of(user))));
    }
}
