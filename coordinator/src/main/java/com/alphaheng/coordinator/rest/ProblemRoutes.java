package com.alphaheng.coordinator.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Problem details for what is refused before it reaches a resource: paths that do not exist, bodies that are too
/// large. (A request line that is no URI is refused by the HTTP server itself, with a bare 400.)
@ApplicationScoped
class ProblemRoutes {
    private static final List<Integer> STATUSES = List.of(400, 404, 405, 406, 411, 413, 414, 415, 431);

    private static final int BEFORE_ALL = 10_000;

    private final ObjectMapper mapper;
    private final long mostBytes;

    ProblemRoutes(ObjectMapper mapper, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize most) {
        this.mapper = mapper;
        this.mostBytes = most.asLongValue();
    }

    /// The framework would answer bodies that are too large with a status alone.
    void screen(@Observes Filters filters) {
        filters.register(context -> {
            String length = context.request().getHeader("Content-Length");
            if (length != null && (length.length() > 18 || Long.parseLong(length) > mostBytes)) {
                context.response().putHeader("Connection", "close");
                answer(context, 413);
            } else {
                context.next();
            }
        }, BEFORE_ALL);
    }

    void register(@Observes Router router) {
        STATUSES.forEach(status -> router.errorHandler(status, context -> answer(context, status)));
    }

    private void answer(RoutingContext context, int status) {
        if (context.response().ended() || context.response().headWritten()) {
            return;
        }
        try {
            context.response().setStatusCode(status).putHeader("Content-Type", ApiProblem.MEDIA_TYPE)
                    .end(Buffer.buffer(mapper.writeValueAsBytes(StandardProblems.of(status, "").body())));
        } catch (JsonProcessingException e) {
            throw new AssertionError("a problem failed to serialise", e);
        }
    }
}
