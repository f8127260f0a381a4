package com.alphaheng.engine.server.http;

import com.alphaheng.engine.server.ApiException;
import com.alphaheng.engine.server.ModelService;
import com.alphaheng.engine.server.Scheduler;
import com.alphaheng.engine.server.ServerMetrics;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/// The endpoints over HTTP/1.1. Requests are read and answered on Vert.x' event loop, understood on a virtual thread
/// each, and computed by the [Scheduler].
public final class VertxServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHAT = "/v1/chat/completions";
    private static final String COMPLETIONS = "/v1/completions";
    private static final String MODELS = "/v1/models";
    private static final String ENDPOINTS = CHAT + ", " + COMPLETIONS + ", " + MODELS
        + ", /health/live, /health/ready and /metrics";

    /// @param apiKey        what clients of `/v1` have to bring as bearer token; empty for nothing
    /// @param mostBodyBytes largest body of a request
    public record Options(String host, int port, Optional<String> apiKey, int mostBodyBytes) { }

    private final Options options;
    private final ModelService service;
    private final Scheduler scheduler;
    private final ServerMetrics metrics;
    private final Consumer<String> log;
    private final Vertx vertx;
    private final HttpServer server;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();

    /// Listens. Owns neither service nor scheduler.
    ///
    /// @param log gets a line for each request, and stack traces of bugs
    /// @throws IOException naming the address that it cannot listen on
    public VertxServer(Options options, ModelService service, Scheduler scheduler, ServerMetrics metrics,
                       Consumer<String> log) throws IOException {
        this.options = options;
        this.service = service;
        this.scheduler = scheduler;
        this.metrics = metrics;
        this.log = log;
        // Netty's buffers without Unsafe, about which the JDK would warn.
        System.setProperty("io.netty.noUnsafe", "true");
        // A server looks no names up; Netty's own resolver would take time to start and warn on macOS.
        System.setProperty("vertx.disableDnsResolver", "true");
        this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(1).setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false)));
        this.server = vertx.createHttpServer(new HttpServerOptions().setHost(options.host()).setPort(options.port())
            // One version: a cancelled request is a closed connection, for every client.
            .setHttp2ClearTextEnabled(false).setHandle100ContinueAutomatically(true)).requestHandler(this::route);
        try {
            server.listen().toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            vertx.close();
            throw new IOException("cannot listen on " + options.host() + ":" + options.port() + ": "
                + e.getCause().getMessage() + ". Choose another address with --host and --port", e.getCause());
        } catch (InterruptedException e) {
            vertx.close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting to listen", e);
        }
    }

    /// The port it listens on, also when it was to choose one.
    public int port() {
        return server.actualPort();
    }

    private void route(HttpServerRequest request) {
        String path = request.path() == null ? "" : request.path();
        try {
            if (path.startsWith("/v1/")) {
                requireKey(request);
            }
            switch (path) {
                case CHAT -> generate(request, "chat", service::chat);
                case COMPLETIONS -> generate(request, "completions", service::completion);
                case MODELS -> answer(request, service.models(scheduler.context()));
                case "/health/live" -> health(request, scheduler.isAlive());
                case "/health", "/health/ready" -> health(request, scheduler.isReady());
                case "/metrics" -> {
                    requireMethod(request, HttpMethod.GET);
                    request.response().putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.text());
                }
                default -> {
                    if (!path.startsWith(MODELS + "/")) {
                        throw ApiException.refused(404, null, "unknown_url", "there is nothing at "
                            + request.method() + " " + path + ": this server has " + ENDPOINTS);
                    }
                    answer(request, service.model(decoded(path.substring(MODELS.length() + 1)),
                        scheduler.context()));
                }
            }
        } catch (ApiException e) {
            metrics.answered("other", e.status());
            refuse(request.response(), e);
        }
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A name that is not encoded, then.
            return name;
        }
    }

    private void requireKey(HttpServerRequest request) {
        if (options.apiKey().isPresent()) {
            String given = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
            byte[] wanted = ("Bearer " + options.apiKey().get()).getBytes(StandardCharsets.UTF_8);
            // Takes equally long wherever they differ.
            if (!MessageDigest.isEqual(wanted, given.getBytes(StandardCharsets.UTF_8))) {
                throw ApiException.refused(401, null, "invalid_api_key", given.isEmpty()
                    ? "this server wants an API key: send it as 'Authorization: Bearer KEY'"
                    : "this is not the API key that this server was started with");
            }
        }
    }

    private static void requireMethod(HttpServerRequest request, HttpMethod method) {
        if (!request.method().equals(method)) {
            throw ApiException.refused(405, null, "method_not_allowed", request.path() + " takes " + method
                + ", not " + request.method());
        }
    }

    private static void answer(HttpServerRequest request, ObjectNode body) {
        requireMethod(request, HttpMethod.GET);
        send(request.response(), 200, body);
    }

    private static void health(HttpServerRequest request, boolean well) {
        requireMethod(request, HttpMethod.GET);
        send(request.response(), well ? 200 : 503, JSON.createObjectNode().put("status", well ? "ok" : "unavailable"));
    }

    private void generate(HttpServerRequest request, String endpoint,
                          Function<JsonNode, ModelService.Work> understand) {
        requireMethod(request, HttpMethod.POST);
        String type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
        // Web pages of other origins can send all but this without asking first.
        if (!type.split(";")[0].strip().equalsIgnoreCase("application/json")) {
            throw ApiException.refused(415, null, "unsupported_media_type",
                "the body must be JSON, with 'Content-Type: application/json', not '" + type + "'");
        }
        Exchange exchange = new Exchange(vertx, request, endpoint, understand, scheduler, metrics, log, open);
        exchange.read(options.mostBodyBytes());
    }

    static void refuse(HttpServerResponse response, ApiException problem) {
        problem.retryAfter().ifPresent(wait -> response.putHeader("Retry-After",
            Long.toString(Math.max(1, wait.toSeconds()))));
        if (problem.status() == 401) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        send(response, problem.status(), problem.body());
    }

    static void send(HttpServerResponse response, int status, ObjectNode body) {
        response.setStatusCode(status).putHeader("Content-Type", "application/json").end(body.toString());
    }

    /// Waits until answers under way have reached their clients, at most so long.
    public void awaitAnswers(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!open.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
    }

    /// Of a streamed answer.
    static Map<String, String> streamHeaders() {
        return Map.of("Content-Type", "text/event-stream; charset=utf-8", "Cache-Control", "no-cache",
            // Proxies such as nginx would hold the events back.
            "X-Accel-Buffering", "no");
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
