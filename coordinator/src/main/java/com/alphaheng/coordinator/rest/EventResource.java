package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.runtime.LogLine;
import com.alphaheng.coordinator.runtime.LogLines;
import com.alphaheng.protocol.AttemptId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.logging.Logger;

/// Everything that changes, as it changes: server-sent events `task`, `campaign`, `worker`, `reset`, and `log` for one
/// task if asked for.
@Path("/api/events")
public class EventResource {
    private static final Logger LOGGER = Logger.getLogger(EventResource.class);
    private static final Duration PING = Duration.ofSeconds(15);
    private static final long SEND_TIMEOUT_SECONDS = 60;

    /// New lines of the output that was asked for.
    public record LogEvent(String campaign, String task, int epoch, List<LogLine> lines) {
    }

    private final LiveFeed feed;
    private final LogLines logs;

    EventResource(LiveFeed feed, LogLines logs) {
        this.feed = feed;
        this.logs = logs;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @APIResponse(responseCode = "200", description = "A stream of events, see docs/api.md",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(type = SchemaType.STRING)))
    public void events(@Context SseEventSink sink, @Context Sse sse, @QueryParam("log") Optional<String> log,
                       @HeaderParam("Last-Event-ID") String lastEventId) {
        LiveSubscriber subscriber = new LiveSubscriber();
        Thread.ofVirtual().name("live-feed").start(() -> serve(sink, sse, subscriber, log, lastEventId));
    }

    private void serve(SseEventSink sink, Sse sse, LiveSubscriber subscriber, Optional<String> log,
                       String lastEventId) {
        feed.subscribe(subscriber, id(lastEventId));
        try (AutoCloseable _ = logs.listen((attempt, lines) -> offerLog(subscriber, log, attempt, lines))) {
            send(sink, sse.newEventBuilder().comment("connected").build());
            while (!sink.isClosed()) {
                Optional<LiveFeed.Message> message = subscriber.next(PING);
                send(sink, message.map(some -> event(sse, some))
                        .orElseGet(() -> sse.newEventBuilder().comment("ping").build()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | IllegalStateException e) {
            LOGGER.debugf("a listener went away: %s", e.getMessage());
        } catch (Exception e) {
            LOGGER.warn("a live feed ended through a fault of the coordinator", e);
        } finally {
            feed.unsubscribe(subscriber);
            sink.close();
        }
    }

    private static void offerLog(LiveSubscriber subscriber, Optional<String> log, AttemptId attempt,
                                 List<LogLine> lines) {
        if (log.isPresent() && log.get().equals(attempt.taskKey())) {
            subscriber.offer(new LiveFeed.Message(-1, "log",
                    new LogEvent(attempt.campaign(), attempt.task(), attempt.epoch(), lines)));
        }
    }

    private static OutboundSseEvent event(Sse sse, LiveFeed.Message message) {
        OutboundSseEvent.Builder builder = sse.newEventBuilder().name(message.type())
                .mediaType(MediaType.APPLICATION_JSON_TYPE).data(message.body());
        return message.id() < 0 ? builder.build() : builder.id(Long.toString(message.id())).build();
    }

    private static void send(SseEventSink sink, OutboundSseEvent event)
            throws InterruptedException, ExecutionException, TimeoutException {
        sink.send(event).toCompletableFuture().get(SEND_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static Optional<Long> id(String lastEventId) {
        try {
            return lastEventId == null ? Optional.empty() : Optional.of(Long.valueOf(lastEventId.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
