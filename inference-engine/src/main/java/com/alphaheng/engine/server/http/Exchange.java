package com.alphaheng.engine.server.http;

import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.server.ApiException;
import com.alphaheng.engine.server.Listener;
import com.alphaheng.engine.server.ModelService.Work;
import com.alphaheng.engine.server.ReplyForm;
import com.alphaheng.engine.server.Scheduler;
import com.alphaheng.engine.server.ServerMetrics;
import com.alphaheng.engine.server.Ticket;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/// One request for text and its answer. Its body is read and the answer written on the event loop of its connection;
/// what becomes of it is heard on the engine's owner thread, which never waits for a client.
final class Exchange implements Listener {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    /// A client that does not read its answer for so long loses it.
    private static final long FLUSH_MILLIS = 60_000;
    /// So long the rest of a body that is too large is thrown away, that the client may read why.
    private static final long LINGER_MILLIS = 2_000;
    private static final int CLIENT_CLOSED = 499;
    /// Events that follow one another faster are written together: every write takes time of the processors from the
    /// kernels.
    private static final long GATHER_MILLIS = 10;

    private final Vertx vertx;
    private final Context context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final String endpoint;
    private final Function<JsonNode, Work> understand;
    private final Scheduler scheduler;
    private final ServerMetrics metrics;
    private final Consumer<String> log;
    private final Set<Exchange> open;
    private final Buffer body = Buffer.buffer();
    private final AtomicBoolean done = new AtomicBoolean();
    private final long arrived = System.nanoTime();
    /// Events that are not written yet; guarded by itself.
    private final StringBuilder gathered = new StringBuilder();
    // Of the event loop.
    private long lastWrite = arrived - 1_000_000 * GATHER_MILLIS;
    private boolean written;
    private boolean tooLarge;
    private volatile boolean closed;
    private volatile Ticket ticket;
    // Set before the ticket exists, then of the owner thread.
    private ReplyForm reply;
    private boolean stream;
    private boolean headWritten;

    Exchange(Vertx vertx, HttpServerRequest request, String endpoint, Function<JsonNode, Work> understand,
             Scheduler scheduler, ServerMetrics metrics, Consumer<String> log, Set<Exchange> open) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.request = request;
        this.response = request.response();
        this.endpoint = endpoint;
        this.understand = understand;
        this.scheduler = scheduler;
        this.metrics = metrics;
        this.log = log;
        this.open = open;
    }

    /// Reads the body and goes on from there.
    void read(int mostBytes) {
        open.add(this);
        response.closeHandler(nothing -> left());
        response.endHandler(nothing -> open.remove(this));
        response.exceptionHandler(problem -> left());
        if (declaredLength() > mostBytes) {
            refuseBody(declaredLength(), mostBytes);
        }
        request.exceptionHandler(problem -> left());
        request.handler(piece -> {
            if (!tooLarge && body.length() + piece.length() > mostBytes) {
                refuseBody(body.length() + (long) piece.length(), mostBytes);
            }
            if (!tooLarge) {
                body.appendBuffer(piece);
            }
        });
        request.endHandler(nothing -> {
            if (tooLarge) {
                // Behind the refusal, which is queued too.
                context.runOnContext(again -> request.connection().close());
            } else {
                Thread.ofVirtual().name("request").start(this::understand);
            }
        });
    }

    private long declaredLength() {
        String length = request.getHeader("Content-Length");
        return length != null && length.matches("\\d{1,18}") ? Long.parseLong(length) : 0;
    }

    private void refuseBody(long bytes, int mostBytes) {
        tooLarge = true;
        response.putHeader("Connection", "close");
        failed(ApiException.refused(413, null, "body_too_large", "the body has at least " + bytes
            + " bytes, this server takes " + mostBytes + ": send less, or start it with a larger --max-body"));
        vertx.setTimer(LINGER_MILLIS, timer -> request.connection().close());
    }

    /// The client has gone.
    private void left() {
        closed = true;
        open.remove(this);
        if (ticket != null) {
            ticket.cancel();
        }
        finish(CLIENT_CLOSED, "the client left");
    }

    private void understand() {
        try {
            Work work = understand.apply(json());
            reply = work.reply();
            stream = work.stream();
            if (!work.ignored().isEmpty()) {
                response.putHeader("Marlin-Ignored-Fields", String.join(", ", work.ignored())
                    .replaceAll("[^ -~]", "?"));
            }
            ticket = scheduler.submit(work.order(), this);
            if (closed) {
                ticket.cancel();
            }
        } catch (ApiException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(ApiException.bug(e));
        }
    }

    private JsonNode json() {
        try {
            JsonNode json = JSON.readTree(body.getBytes());
            if (json.isMissingNode()) {
                throw ApiException.refused(400, null, "invalid_json", "the body is empty: expected a JSON object");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw ApiException.refused(400, null, "invalid_json", "the body is not valid JSON: "
                + e.getOriginalMessage() + " (line " + e.getLocation().getLineNr() + ", column "
                + e.getLocation().getColumnNr() + ")");
        } catch (IOException e) {
            throw ApiException.refused(400, null, "invalid_json", "the body is not valid JSON: " + e.getMessage());
        }
    }

    @Override
    public void begun() {
        List<ObjectNode> chunks = reply.begin();
        if (stream) {
            headWritten = true;
            context.runOnContext(nothing -> {
                if (!response.closed()) {
                    VertxServer.streamHeaders().forEach(response::putHeader);
                    response.setChunked(true).writeHead();
                }
            });
            if (!chunks.isEmpty()) {
                write(chunks, "");
            }
        }
    }

    @Override
    public boolean text(String piece) {
        List<ObjectNode> chunks = reply.text(piece);
        if (stream && !chunks.isEmpty()) {
            write(chunks, "");
        }
        return !reply.enough();
    }

    @Override
    public void ended(Completion completion) {
        List<ObjectNode> chunks = reply.end(completion);
        if (stream) {
            write(chunks, "data: [DONE]\n\n");
            end();
        } else {
            ObjectNode whole = reply.whole();
            context.runOnContext(nothing -> {
                if (!response.closed()) {
                    limitFlush();
                    VertxServer.send(response, 200, whole);
                }
            });
        }
        finish(200, String.format(Locale.ROOT, "prompt %d tokens, %d of them held; generated %d, ended by %s",
            completion.promptTokens(), completion.promptTokens() - completion.computedTokens(), completion.tokens(),
            completion.finish().name().toLowerCase(Locale.ROOT).replace('_', ' ')));
    }

    @Override
    public void failed(ApiException problem) {
        if (problem.getCause() != null) {
            StringWriter trace = new StringWriter();
            problem.printStackTrace(new PrintWriter(trace));
            log.accept(trace.toString());
        }
        if (headWritten) {
            write(List.of(problem.body()), "");
            end();
        } else {
            context.runOnContext(nothing -> {
                if (!response.closed() && !response.ended()) {
                    VertxServer.refuse(response, problem);
                }
            });
        }
        finish(problem.status(), problem.getMessage());
    }

    private void write(List<ObjectNode> chunks, String end) {
        boolean first;
        synchronized (gathered) {
            first = gathered.isEmpty();
            chunks.forEach(chunk -> gathered.append("data: ").append(chunk).append("\n\n"));
            gathered.append(end);
        }
        if (first) {
            context.runOnContext(nothing -> {
                long wait = GATHER_MILLIS - (System.nanoTime() - lastWrite) / 1_000_000;
                if (wait > 0) {
                    vertx.setTimer(wait, timer -> flush());
                } else {
                    flush();
                }
            });
        }
    }

    private void flush() {
        String events;
        synchronized (gathered) {
            events = gathered.toString();
            gathered.setLength(0);
        }
        if (!events.isEmpty() && !response.closed() && !response.ended()) {
            // The first token is not to wait for what only says that the reply begins.
            lastWrite = written ? System.nanoTime() : lastWrite;
            written = true;
            response.write(events);
        }
    }

    private void end() {
        context.runOnContext(nothing -> {
            flush();
            if (!response.closed()) {
                limitFlush();
                response.end();
            }
        });
    }

    private void limitFlush() {
        long timer = vertx.setTimer(FLUSH_MILLIS, passed -> request.connection().close());
        response.endHandler(nothing -> {
            vertx.cancelTimer(timer);
            open.remove(this);
        });
    }

    private void finish(int status, String what) {
        if (done.compareAndSet(false, true)) {
            metrics.answered(endpoint, status);
            log.accept(String.format(Locale.ROOT, "%s %s %s %d in %.3f s: %s", Instant.now()
                .truncatedTo(ChronoUnit.MILLIS), request.remoteAddress().hostAddress(), request.path(), status,
                (System.nanoTime() - arrived) / 1e9, what));
        }
    }
}
