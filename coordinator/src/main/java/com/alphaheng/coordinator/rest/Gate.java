package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.Shard;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/// Every request of the API comes through here: who is it, may they, and not too often.
final class Gate {
    private static final Logger AUDIT = Logger.getLogger("coordinator.refused");
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127(\\.[0-9]{1,3}){3}|\\[::1])(:[0-9]{1,5})?");

    private final Access access;
    private final Shard shard;
    private final Caller caller;
    private final RateLimit rate;

    Gate(Access access, AccessSettings settings, Shard shard, Caller caller) {
        this.access = access;
        this.shard = shard;
        this.caller = caller;
        this.rate = new RateLimit(settings.rate().perSecond(), settings.rate().burst());
    }

    @ServerRequestFilter
    @Priority(Priorities.AUTHENTICATION)
    public void admit(ContainerRequestContext request, ResourceInfo resource, HttpServerRequest connection) {
        String address = connection.remoteAddress() == null ? "" : connection.remoteAddress().hostAddress();
        Method method = resource.getResourceMethod();
        if (method == null || method.isAnnotationPresent(OpenToAll.class)) {
            limit("address " + address);
            return;
        }
        // Which tokens there are is known only to one that has read the log.
        if (!shard.active() && !method.isAnnotationPresent(AlsoStandingBy.class)) {
            throw new LogException.StandingBy();
        }
        if (!access.secured()) {
            refuseForeignPages(request);
            caller.is(Caller.Identity.claimed(request.getHeaderString("X-Heng-User")));
            limit(caller.name());
            return;
        }
        try {
            Caller.Identity identity = access.identify(request.getHeaderString(HttpHeaders.AUTHORIZATION));
            Role needed = needed(method, request.getMethod());
            if (!identity.role().covers(needed)) {
                throw new ApiProblem(403, "Forbidden", "'" + identity.name() + "' is " + identity.role().word()
                        + ", this needs " + needed.word(), "ask an admin, or use another token");
            }
            limit(identity.name());
            caller.is(identity);
        } catch (ApiProblem refused) {
            limit("address " + address);
            AUDIT.infof("%s %s from %s: %s", request.getMethod(), request.getUriInfo().getPath(), address,
                    refused.getMessage());
            throw refused;
        }
    }

    /// The role asked for by the method, its class, or the kind of request.
    static Role needed(Method method, String verb) {
        Needs needs = Optional.ofNullable(method.getAnnotation(Needs.class))
                .orElseGet(() -> method.getDeclaringClass().getAnnotation(Needs.class));
        return needs != null ? needs.value() : verb.equals("GET") || verb.equals("HEAD") ? Role.VIEWER : Role.ADMIN;
    }

    private void limit(String who) {
        OptionalInt wait = rate.take(who, System.nanoTime());
        if (wait.isPresent()) {
            throw ApiProblem.tooMany(wait.getAsInt());
        }
    }

    /// Without tokens the browser is the danger: a page from elsewhere could send requests to this machine.
    private static void refuseForeignPages(ContainerRequestContext request) {
        String host = request.getHeaderString(HttpHeaders.HOST);
        String origin = request.getHeaderString("Origin");
        boolean named = host == null || LOOPBACK.matcher(host).matches();
        boolean own = origin == null || origin.replaceFirst("^https?://", "").equals(host);
        if (!named || !own) {
            throw new ApiProblem(403, "Forbidden", "without tokens this coordinator answers only programs and its own "
                    + "pages on this machine (" + (named ? "not a page of " + origin : "not as " + host) + ")",
                    "use http://127.0.0.1:PORT, or create a token: ./heng token create NAME --role admin");
        }
    }
}
