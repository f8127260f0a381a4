package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.AuditEntry;
import com.alphaheng.coordinator.roadmap.Role;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// Who did what, when: newest first.
@Path("/api/audit")
@Needs(Role.ADMIN)
public class AuditResource {
    private final Roadmap roadmap;

    AuditResource(Roadmap roadmap) {
        this.roadmap = roadmap;
    }

    /// @param since ISO 8601
    /// @param text  part of the subject or the detail
    @GET
    public RestResponse<List<AuditEntry>> list(@QueryParam("actor") Optional<String> actor,
                                               @QueryParam("action") Optional<String> action,
                                               @QueryParam("campaign") Optional<String> campaign,
                                               @QueryParam("since") Optional<String> since,
                                               @QueryParam("q") Optional<String> text, @BeanParam Page page) {
        Optional<Instant> from = since.map(AuditResource::instant);
        return page.of(roadmap.query(state -> state.administration().audit().entries().stream()
                .filter(entry -> actor.map(entry.actor()::equals).orElse(true)
                        && action.map(entry.action()::equals).orElse(true)
                        && campaign.map(name -> entry.campaign().map(name::equals).orElse(false)).orElse(true)
                        && text.map(part -> entry.subject().contains(part) || entry.detail().contains(part))
                                .orElse(true)
                        && from.map(start -> !entry.at().isBefore(start)).orElse(true)).toList()).reversed());
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw ApiProblem.badRequest("'" + text + "' is no time", "write since=2026-01-31T12:00:00Z");
        }
    }
}
