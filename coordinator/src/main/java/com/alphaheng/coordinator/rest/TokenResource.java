package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.AccessToken;
import com.alphaheng.coordinator.roadmap.Administration;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.WorkerUsers;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// Tokens and who holds them. The log has their hashes only: a token is shown once, when it is made.
@Path("/api/tokens")
@Needs(Role.ADMIN)
public class TokenResource {
    private static final Duration LONGEST = Duration.ofDays(3650);

    /// @param role `viewer`, `submitter`, `worker` or `admin`
    /// @param days until it expires; never if absent
    public record NewToken(String name, String role, Optional<Integer> days) {
    }

    /// @param token shown this once
    public record Issued(String name, String role, String token, Optional<Instant> expires) {
    }

    /// A token without its secret.
    public record Listed(String name, String role, Instant issued, Optional<Instant> expires, String issuedBy) {
        static Listed of(AccessToken token) {
            return new Listed(token.name(), token.role().word(), token.issued(), token.expires(), token.issuedBy());
        }
    }

    private final Roadmap roadmap;
    private final Access access;
    private final Caller caller;
    private final Clock clock;
    private final AccessSettings settings;
    private final WorkerUsers users;

    TokenResource(Roadmap roadmap, Access access, Caller caller, Clock clock, AccessSettings settings,
                  WorkerUsers users) {
        this.roadmap = roadmap;
        this.access = access;
        this.caller = caller;
        this.clock = clock;
        this.settings = settings;
        this.users = users;
    }

    @GET
    public RestResponse<List<Listed>> list(@BeanParam Page page) {
        return page.of(roadmap.query(state -> state.administration().tokens().stream().map(Listed::of).toList()));
    }

    @POST
    public RestResponse<Issued> create(NewToken wanted) {
        String name = Names.check("token", wanted == null ? null : wanted.name());
        Role role = Optional.ofNullable(wanted.role()).flatMap(Role::of).orElseThrow(() -> ApiProblem.badRequest(
                "there is no role '" + wanted.role() + "'", "use viewer, submitter, worker or admin"));
        Optional<Integer> days = wanted.days() == null ? Optional.empty() : wanted.days();
        if (days.filter(number -> number < 1 || number > LONGEST.toDays()).isPresent()) {
            throw ApiProblem.badRequest("days must be between 1 and " + LONGEST.toDays(),
                    "leave it away for a token that does not expire");
        }
        Optional<Instant> expires = days.map(number -> clock.instant().plus(Duration.ofDays(number)));
        String secret = Secrets.random("heng_");
        roadmap.command(new RoadmapCommand.IssueToken(name, role, Secrets.hash(secret), expires, caller.name(),
                access.adminElsewhere()));
        return RestResponse.status(RestResponse.Status.CREATED, new Issued(name, role.word(), secret, expires));
    }

    @DELETE
    @Path("{name: .+}")
    public CampaignResource.Touched revoke(@PathParam("name") String name) {
        List<String> touched = roadmap.command(new RoadmapCommand.RevokeToken(name, caller.name(),
                access.adminElsewhere()));
        if (settings.enrolment().kafkaUsers()) {
            Administration.workerOfToken(name).ifPresent(users::remove);
        }
        return new CampaignResource.Touched(touched);
    }
}
