package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.WorkerUsers;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.RestResponse;

/// How a worker gets its credentials: an admin makes a one-time token, the worker trades it for a token of its own and
/// the settings of its Kafka client.
@Path("/api/enrolments")
public class EnrolmentResource {
    private static final int DEFAULT_HOURS = 1;
    private static final int MOST_HOURS = 168;

    /// @param worker the only worker that may use it; any if absent
    /// @param hours  how long it can be used
    public record Wanted(Optional<String> worker, Optional<Integer> hours) {
    }

    /// @param token shown this once, works once
    public record Offer(String token, Optional<String> worker, Instant expires) {
    }

    /// A worker with its one-time token.
    public record Use(String token, String worker) {
    }

    /// What a worker needs.
    ///
    /// @param token          its own, of role worker
    /// @param kafka          bootstrap servers
    /// @param kafkaClient    further client settings
    public record Credentials(String worker, String token, String kafka, Map<String, String> kafkaClient) {
    }

    private final Roadmap roadmap;
    private final Caller caller;
    private final Clock clock;
    private final AccessSettings settings;
    private final WorkerUsers users;
    private final String kafka;

    EnrolmentResource(Roadmap roadmap, Caller caller, Clock clock, AccessSettings settings, WorkerUsers users,
                      @ConfigProperty(name = "kafka.bootstrap.servers") String kafka) {
        this.roadmap = roadmap;
        this.caller = caller;
        this.clock = clock;
        this.settings = settings;
        this.users = users;
        this.kafka = kafka;
    }

    @POST
    @Needs(Role.ADMIN)
    public RestResponse<Offer> offer(Wanted wanted) {
        Optional<String> worker = wanted == null || wanted.worker() == null ? Optional.empty() : wanted.worker();
        worker.ifPresent(name -> Names.check("worker", name));
        int hours = wanted == null || wanted.hours() == null ? DEFAULT_HOURS : wanted.hours().orElse(DEFAULT_HOURS);
        if (hours < 1 || hours > MOST_HOURS) {
            throw ApiProblem.badRequest("hours must be between 1 and " + MOST_HOURS, "leave it away for one hour");
        }
        String secret = Secrets.random("heng_once_");
        Instant expires = clock.instant().plus(Duration.ofHours(hours));
        roadmap.command(new RoadmapCommand.OfferEnrolment(Secrets.hash(secret), worker, expires, caller.name()));
        return RestResponse.status(RestResponse.Status.CREATED, new Offer(secret, worker, expires));
    }

    /// The one-time token is the credential; it is used up. A worker that enrols again gets everything anew, and what
    /// it had before is worth nothing any more.
    @POST
    @Path("use")
    @OpenToAll
    public Credentials use(Use use) {
        if (use == null || use.token() == null) {
            throw ApiProblem.badRequest("the one-time token is missing", "send {\"token\": ..., \"worker\": ...}");
        }
        String worker = Names.check("worker", use.worker());
        String secret = Secrets.random("heng_");
        roadmap.command(new RoadmapCommand.EnrolWorker(Secrets.hash(use.token()), worker, Secrets.hash(secret)));
        Map<String, String> client = new HashMap<>(settings.enrolment().kafkaClient());
        if (settings.enrolment().kafkaUsers()) {
            client.putAll(users.create(worker));
        }
        return new Credentials(worker, secret, settings.enrolment().kafka().orElse(kafka), client);
    }
}
