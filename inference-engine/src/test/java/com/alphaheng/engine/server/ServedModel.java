package com.alphaheng.engine.server;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.server.http.VertxServer;
import com.alphaheng.engine.testing.ShippedModel;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// The shipped model behind real HTTP on a free port, and a client of it.
public final class ServedModel implements AutoCloseable {

    public static final String NAME = "tiny-java-glm";
    public static final Scheduler.Options USUAL = new Scheduler.Options(2, 0, 8, Duration.ofMinutes(10));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Engine engine;
    private final Tokenizer tokenizer;
    private final Scheduler scheduler;
    private final VertxServer server;
    private final HttpClient client = HttpClient.newBuilder().build();
    /// What the server logged.
    public final List<String> log = new CopyOnWriteArrayList<>();

    /// An answer and its body.
    public record Answer(int status, HttpResponse<String> response, JsonNode json) {
        public JsonNode error() {
            return json.path("error");
        }
    }

    public ServedModel(Scheduler.Options options, Optional<String> apiKey) {
        this(options, apiKey, Optional.of(ChatTemplate.load(ShippedModel.directory())), 1 << 20);
    }

    public ServedModel(Scheduler.Options options, Optional<String> apiKey, Optional<ChatTemplate> template,
                       int mostBodyBytes) {
        this(EngineOptions.defaults(), options, apiKey, template, mostBodyBytes);
    }

    public ServedModel(EngineOptions engineOptions, Scheduler.Options options, Optional<String> apiKey,
                       Optional<ChatTemplate> template, int mostBodyBytes) {
        this.engine = Engine.open(ShippedModel.directory(), engineOptions);
        this.tokenizer = Tokenizer.load(ShippedModel.directory());
        ServerMetrics metrics = new ServerMetrics(NAME, engine.backend());
        this.scheduler = new Scheduler(engine, tokenizer, options, metrics);
        ModelService service = new ModelService(NAME, engine, tokenizer, template, true);
        try {
            this.server = new VertxServer(new VertxServer.Options("127.0.0.1", 0, apiKey, mostBodyBytes), service,
                scheduler, metrics, log::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public Engine engine() {
        return engine;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    public VertxServer server() {
        return server;
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).timeout(PATIENCE);
    }

    public HttpRequest.Builder posting(String path, String body) {
        return request(path).header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    public HttpClient client() {
        return client;
    }

    public Answer post(String path, String body) {
        return send(posting(path, body).build());
    }

    public Answer get(String path) {
        return send(request(path).build());
    }

    public Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            boolean json = response.headers().firstValue("Content-Type").orElse("").startsWith("application/json");
            return new Answer(response.statusCode(), response,
                json ? JSON.readTree(response.body()) : JSON.missingNode());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(request.uri().toString(), e);
        }
    }

    /// The chunks of a streamed answer, which must end with `[DONE]`.
    public List<JsonNode> stream(String path, String body) {
        Answer answer = post(path, body);
        List<String> events = Stream.of(answer.response().body().split("\n\n")).toList();
        if (answer.status() != 200 || !events.getLast().equals("data: [DONE]")) {
            throw new AssertionError(answer.response().body());
        }
        return events.subList(0, events.size() - 1).stream().map(ServedModel::event).toList();
    }

    private static JsonNode event(String event) {
        try {
            return JSON.readTree(event.substring("data: ".length()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(event, e);
        }
    }

    /// Begins a streamed answer and leaves it open.
    public InputStream open(String path, String body) {
        try {
            HttpResponse<InputStream> response = client.send(posting(path, body).build(),
                HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError(new String(response.body().readAllBytes()));
            }
            return response.body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// The value of a line of `/metrics`; 0 when there is none.
    public double metric(String series) {
        return get("/metrics").response().body().lines().filter(line -> line.startsWith(series + " "))
            .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1))).sum();
    }

    /// Waits until something holds.
    public static void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s in vain: " + what);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        scheduler.close();
        server.close();
        tokenizer.close();
        engine.close();
    }
}
