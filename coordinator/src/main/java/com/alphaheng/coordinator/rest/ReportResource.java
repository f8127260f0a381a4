package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.report.CampaignFacts;
import com.alphaheng.coordinator.report.Document;
import com.alphaheng.coordinator.report.HtmlRenderer;
import com.alphaheng.coordinator.report.MarkdownRenderer;
import com.alphaheng.coordinator.report.ReportKind;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;

/// The reports of a campaign, written from the event log when asked for.
@Path("/api/reports/{campaign}")
public class ReportResource {
    private final Roadmap roadmap;
    private final Clock clock;

    ReportResource(Roadmap roadmap, Clock clock) {
        this.roadmap = roadmap;
        this.clock = clock;
    }

    @GET
    @Path("{file}.md")
    @Produces("text/markdown; charset=utf-8")
    public String markdown(@PathParam("campaign") String campaign, @PathParam("file") String file) {
        return MarkdownRenderer.render(write(campaign, file));
    }

    @GET
    @Path("{file}.html")
    @Produces("text/html; charset=utf-8")
    public String html(@PathParam("campaign") String campaign, @PathParam("file") String file) {
        return HtmlRenderer.render(write(campaign, file));
    }

    private Document write(String campaign, String file) {
        ReportKind kind = ReportKind.named(file).orElseThrow(() -> new ApiProblem(404, "Not Found",
                "there is no report '" + file + "'", "there are: "
                + String.join(", ", Arrays.stream(ReportKind.values()).map(ReportKind::fileName).toList())));
        Instant now = clock.instant();
        return kind.write(roadmap.query(state -> CampaignFacts.of(Roadmap.campaign(state, campaign), state, now)));
    }
}
