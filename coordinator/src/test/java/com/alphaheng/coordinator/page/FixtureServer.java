package com.alphaheng.coordinator.page;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/// Serves the dashboard's static files with canned answers, so that the page is tested without Kafka or Quarkus.
///
/// To look at the page by hand: `java FixtureServer.java META-INF/resources 7700`.
final class FixtureServer implements AutoCloseable {
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css", "text/css",
            "js", "text/javascript", "svg", "image/svg+xml", "woff2", "font/woff2", "txt", "text/plain");

    final Map<String, FixtureCampaign> campaigns = new LinkedHashMap<>();
    private final HttpServer server;
    private final Path root;
    private final List<OutputStream> listeners = new CopyOnWriteArrayList<>();
    private final List<byte[]> published = new CopyOnWriteArrayList<>();
    private final AtomicLong eventId = new AtomicLong();
    private final Instant now;
    private String workerState = "ONLINE";
    private String token = "";

    FixtureServer(Path root, int port, List<FixtureCampaign> served, Instant now) throws IOException {
        this.root = root;
        this.now = now;
        served.forEach(c -> campaigns.put(c.name, c));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public static void main(String[] arguments) throws IOException {
        Instant now = Instant.now();
        new FixtureServer(Path.of(arguments[0]), Integer.parseInt(arguments[1]), List.of(
                FixtureCampaign.roadmap("running", now, 16, List.of("mtp-draft-step")),
                FixtureCampaign.roadmap("finished", now, 29, List.of()),
                FixtureCampaign.roadmap("failed", now, 29, List.of("mtp-load-layer", "quantized-kv-int8")),
                FixtureCampaign.roadmap("fresh", now, 0, List.of()),
                FixtureCampaign.large("ten-thousand", now, 10_000)), now);
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Finishes a running task and tells every open page.
    void finish(String campaign, String task, boolean failed) {
        FixtureCampaign owner = campaigns.get(campaign);
        FixtureTask found = owner.tasks.get(task);
        owner.finish(found, failed, Instant.now().minusSeconds(30), Duration.ofSeconds(30));
        publishTask(owner, found);
    }

    void start(String campaign, String task) {
        FixtureCampaign owner = campaigns.get(campaign);
        owner.start(owner.tasks.get(task), Instant.now(), "mac-mini-2");
        publishTask(owner, owner.tasks.get(task));
    }

    /// From now on only who shows this token is answered.
    void askFor(String wanted) {
        token = wanted;
    }

    private boolean admitted(HttpExchange exchange) throws IOException {
        if (token.isEmpty() || ("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return true;
        }
        send(exchange, 401, "application/problem+json", Json.write(Map.of("title", "Unauthorized", "status", 401,
                "detail", "this coordinator asks for a token", "remedy", "send a header"))
                .getBytes(StandardCharsets.UTF_8));
        return false;
    }

    void loseWorker() {
        workerState = "LOST";
        publish("worker", workers().getFirst());
    }

    private void publishTask(FixtureCampaign owner, FixtureTask task) {
        Map<String, Object> row = new LinkedHashMap<>(task.row());
        row.put("campaign", owner.name);
        publish("task", row);
        publish("campaign", owner.listing());
    }

    private void publish(String event, Object data) {
        String text = "id: " + eventId.incrementAndGet() + "\nevent: " + event + "\ndata: " + Json.write(data) + "\n\n";
        byte[] frame = text.getBytes(StandardCharsets.UTF_8);
        published.add(frame);
        for (OutputStream listener : listeners) {
            try {
                listener.write(frame);
                listener.flush();
            } catch (IOException gone) {
                listeners.remove(listener);
            }
        }
    }

    /// Cuts the live streams, as a restarting coordinator would; pages must come back by themselves.
    void dropListeners() throws IOException {
        for (OutputStream listener : listeners) {
            listeners.remove(listener);
            listener.close();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
        try {
            if (path.startsWith("/api/") && !admitted(exchange)) {
                return;
            }
            if (path.equals("/api/events")) {
                stream(exchange);
            } else if (path.startsWith("/api/")) {
                api(exchange, path.substring(5).split("/"));
            } else {
                file(exchange, path.equals("/") ? "index.html" : path.substring(1));
            }
        } catch (NullPointerException | IndexOutOfBoundsException unknown) {
            send(exchange, 404, "application/problem+json", Json.write(Map.of("title", "Not found", "status", 404,
                    "detail", "nothing at " + path)).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void api(HttpExchange exchange, String[] part) throws IOException {
        Object answer = switch (part[0] + "/" + part.length) {
            case "workers/1" -> workers();
            case "campaigns/1" -> campaigns.values().stream().map(FixtureCampaign::listing).toList();
            case "campaigns/2" -> campaigns.get(part[1]).summary();
            case "campaigns/3" -> campaigns.get(part[1]).tasks.values().stream().map(FixtureTask::row).toList();
            case "campaigns/4" -> campaigns.get(part[1]).detail(part[3]);
            case "campaigns/5" -> part[4].equals("log") ? log(exchange, campaigns.get(part[1]).tasks.get(part[3]))
                    : act(part[1], part[3], part[4]);
            default -> null;
        };
        send(exchange, 200, "application/json", Json.write(answer).getBytes(StandardCharsets.UTF_8));
    }

    private Object act(String campaign, String task, String action) {
        FixtureTask found = campaigns.get(campaign).tasks.get(task);
        found.status = action.equals("retry") ? "READY" : "CANCELLED";
        found.reason = action.equals("retry") ? "queued again by hand" : "cancelled by hand";
        publishTask(campaigns.get(campaign), found);
        return found.row();
    }

    private Object log(HttpExchange exchange, FixtureTask task) {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        int after = query.matches(".*after=\\d+.*") ? Integer.parseInt(query.replaceAll(".*after=(\\d+).*", "$1")) : 0;
        boolean complete = !task.status.equals("RUNNING");
        List<Object> lines = new ArrayList<>();
        long live = 40 + Duration.between(now, Instant.now()).toSeconds();
        long length = task.startedAt == null ? 0 : complete ? 140 : live;
        for (int i = after + 1; i <= length; i++) {
            String source = i < 4 ? "worker" : i < 40 ? "build" : "verify";
            lines.add(Map.of("sequence", i, "source", source, "at", task.startedAt.plusMillis(i * 700L), "text",
                    i % 37 == 0 ? "WARN  slow step: 41.7 ms, median 12.9 ms" : i == 140 && task.status.equals("FAILED")
                            ? "ERROR expected token 2217 at position 41 but was 886" : "[" + source + "] step " + i
                            + " of " + task.name + ": decode 64 tokens, 8.31 ms/token, 0 host waits"));
        }
        return Map.of("epoch", Math.max(1, task.attempts), "lines", lines, "complete", complete, "next", length);
    }

    private List<Map<String, Object>> workers() {
        List<Map<String, Object>> workers = new ArrayList<>();
        for (int i = 1; i <= 3 && !campaigns.isEmpty(); i++) {
            String id = "mac-mini-" + i;
            List<Object> running = new ArrayList<>();
            campaigns.values().forEach(c -> c.tasks.values().stream()
                    .filter(t -> t.status.equals("RUNNING") && id.equals(t.worker)).limit(2)
                    .forEach(t -> running.add(Map.of("campaign", c.name, "task", t.name, "epoch", t.attempts, "stage",
                            "verifying"))));
            Map<String, Object> worker = new LinkedHashMap<>();
            worker.put("id", id);
            worker.put("incarnation", "b7c9e2");
            worker.put("profile", Map.of("labels", Map.of("os", "macos", "chip", "m3-pro", "arch", "arm64"), "kinds",
                    List.of("VERIFY", "BENCHMARK"), "agents", List.of(), "slots", 2, "cpuCores", 12, "gpuCores", 18,
                    "memoryBytes", 38654705664L,
                    "description", "Apple M3 Pro, 12 cores, 18 GPU cores, 36 GB, macOS 26.1"));
            worker.put("state", i == 1 ? workerState : i == 3 ? "LOST" : "ONLINE");
            worker.put("lastSeen", i == 3 ? now.minusSeconds(480) : Instant.now());
            worker.put("running", i == 3 ? List.of() : running);
            worker.put("slots", 2);
            workers.add(worker);
        }
        return workers;
    }

    private void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        String seen = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        if (seen == null) {
            String reset = "event: reset\nid: " + eventId.get() + "\ndata: {}\n\n";
            out.write(reset.getBytes(StandardCharsets.UTF_8));
        } else {
            for (byte[] missed : published.subList(Integer.parseInt(seen), published.size())) {
                out.write(missed);
            }
        }
        out.flush();
        listeners.add(out);
    }

    private void file(HttpExchange exchange, String name) throws IOException {
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root) || !Files.isRegularFile(file)) {
            send(exchange, 404, "text/plain", "not found".getBytes(StandardCharsets.UTF_8));
            return;
        }
        send(exchange, 200, TYPES.get(name.substring(name.lastIndexOf('.') + 1)), Files.readAllBytes(file));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
