package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Notification;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.roadmap.Webhook;
import com.alphaheng.coordinator.runtime.SecretBox;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/// Who is told of events by HTTP. Only admins may say so: the coordinator sends requests to these addresses.
@Path("/api/webhooks")
@Needs(Role.ADMIN)
public class WebhookResource {
    private static final int MOST = 50;
    private static final int LONGEST_URL = 2000;
    private static final int SHORTEST_SECRET = 16;
    private static final int LONGEST_SECRET = 200;

    /// @param url      http or https
    /// @param secret   key of the signatures; made up if absent
    /// @param campaign the only campaign it is told of; all if absent
    /// @param events   types it is told of; all if absent or empty
    public record NewWebhook(String name, String url, Optional<String> secret, Optional<String> campaign,
                             List<String> events) {
    }

    /// @param secret shown this once, if it was made up
    public record Added(String name, Optional<String> secret) {
    }

    /// @param waiting notifications not yet delivered
    public record Listed(String name, String url, Optional<String> campaign, List<String> events, int waiting) {
        static Listed of(Webhook webhook) {
            return new Listed(webhook.name(), webhook.url(), webhook.campaign(), webhook.events(),
                    webhook.pending().size());
        }
    }

    /// How one delivery ended.
    ///
    /// @param answer the receiver's status, or why there was none
    public record Delivery(long sequence, String event, boolean delivered, int tries, String answer, Instant at) {
        static Delivery of(RoadmapEvent.WebhookAnswered answered) {
            return new Delivery(answered.sequence(), answered.event(), answered.delivered(), answered.tries(),
                    answered.answer(), answered.at());
        }
    }

    private final Roadmap roadmap;
    private final Caller caller;
    private final SecretBox secrets;

    WebhookResource(Roadmap roadmap, Caller caller, SecretBox secrets) {
        this.roadmap = roadmap;
        this.caller = caller;
        this.secrets = secrets;
    }

    @GET
    public RestResponse<List<Listed>> list(@BeanParam Page page) {
        return page.of(roadmap.query(state -> state.administration().webhooks().stream().map(Listed::of).toList()));
    }

    @POST
    public RestResponse<Added> add(NewWebhook wanted) {
        String name = Names.check("webhook", wanted == null ? null : wanted.name());
        List<String> events = wanted.events() == null ? List.of() : wanted.events();
        for (String event : events) {
            if (!Notification.TYPES.contains(String.valueOf(event))) {
                throw ApiProblem.badRequest("there is no event '" + event + "'", "use some of "
                        + String.join(", ", Notification.TYPES));
            }
        }
        if (roadmap.<Integer>query(state -> state.administration().webhooks().size()) >= MOST) {
            throw new ApiProblem(409, "Conflict", "there are " + MOST + " webhooks already", "remove one first");
        }
        Optional<String> campaign = wanted.campaign() == null ? Optional.empty() : wanted.campaign();
        campaign.ifPresent(known -> Names.check("campaign", known));
        String url = url(wanted.url());
        Optional<String> given = wanted.secret() == null ? Optional.empty() : wanted.secret();
        String secret = given.orElseGet(() -> Secrets.random(""));
        roadmap.command(new RoadmapCommand.AddWebhook(name, url, sealed(name, secret), campaign, events,
                caller.name()));
        return RestResponse.status(RestResponse.Status.CREATED, new Added(name,
                given.isPresent() ? Optional.empty() : Optional.of(secret)));
    }

    private String sealed(String name, String secret) {
        if (secret.length() < SHORTEST_SECRET || secret.length() > LONGEST_SECRET) {
            throw ApiProblem.badRequest("the secret must have " + SHORTEST_SECRET + " to " + LONGEST_SECRET
                    + " characters", "leave it away: one is made up and shown");
        }
        try {
            return secrets.seal(Webhook.purpose(name), secret);
        } catch (SecretBox.SecretException e) {
            throw new ApiProblem(503, "Service Unavailable", e.getMessage(), "ask whoever runs the coordinator");
        }
    }

    private static String url(String text) {
        try {
            URI url = new URI(text == null ? "" : text);
            if (text != null && text.length() <= LONGEST_URL && url.getHost() != null && url.getUserInfo() == null
                    && List.of("http", "https").contains(String.valueOf(url.getScheme()))) {
                return text;
            }
        } catch (URISyntaxException e) {
            throw ApiProblem.badRequest("the url cannot be read: " + e.getReason(), "write https://host/path");
        }
        throw ApiProblem.badRequest("the url must be an http or https address without a password",
                "write https://host/path");
    }

    @DELETE
    @Path("{webhook}")
    public CampaignResource.Touched remove(@PathParam("webhook") String name) {
        return new CampaignResource.Touched(roadmap.command(new RoadmapCommand.RemoveWebhook(name, caller.name())));
    }

    /// The latest, newest first.
    @GET
    @Path("{webhook}/deliveries")
    public RestResponse<List<Delivery>> deliveries(@PathParam("webhook") String name, @BeanParam Page page) {
        return page.of(roadmap.query(state -> webhook(state, name).deliveries().stream().map(Delivery::of).toList())
                .reversed());
    }

    private static Webhook webhook(RoadmapState state, String name) {
        return state.administration().webhook(name).orElseThrow(() -> new ApiProblem(404, "Not Found",
                "there is no webhook '" + name + "'", "GET /api/webhooks lists them"));
    }
}
