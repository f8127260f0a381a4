package com.alphaheng.worker.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;

/// Brings contents to the coordinator, `PUT /api/artifacts/{sha256}`, again and again until each has arrived; then
/// removes them here. What the coordinator refuses for good is set aside.
public final class ArtifactCourier implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ArtifactCourier.class);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient client;
    private final URI coordinator;
    private final Optional<String> token;
    private final Supplier<List<Path>> waiting;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("worker-artifacts").daemon().factory());
    private boolean away;

    /// @param waiting the contents, their hashes as file names
    public ArtifactCourier(URI coordinator, Optional<String> token, SSLContext trusted, Supplier<List<Path>> waiting) {
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(5)).sslContext(trusted).build();
        this.coordinator = coordinator;
        this.token = token;
        this.waiting = waiting;
    }

    public void start(Duration between) {
        timer.scheduleWithFixedDelay(this::deliver, 0, between.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// One round.
    void deliver() {
        try {
            for (Path file : waiting.get()) {
                if (!delivered(file)) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("artifacts could not be handed in; trying again", e);
        }
    }

    /// Whether to go on with the next one.
    private boolean delivered(Path file) {
        HttpRequest.Builder request = HttpRequest.newBuilder(coordinator.resolve("/api/artifacts/"
                + file.getFileName())).timeout(PATIENCE).header("Content-Type", "application/octet-stream");
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        try {
            HttpResponse<String> answer = client.send(request.PUT(HttpRequest.BodyPublishers.ofFile(file)).build(),
                    HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200, 201 -> {
                    Files.delete(file);
                    if (away) {
                        LOG.info("the coordinator takes artifacts again");
                        away = false;
                    }
                    yield true;
                }
                case 413, 422 -> {
                    LOG.warnf("the coordinator refuses artifact %s, which is set aside: %s", file, answer.body());
                    Files.move(file, file.resolveSibling(file.getFileName() + ".refused"));
                    yield true;
                }
                default -> later("status " + answer.statusCode() + " " + answer.body());
            };
        } catch (IOException e) {
            return later(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean later(String why) {
        if (!away) {
            LOG.warnf("the coordinator at %s takes no artifacts (%s); they are kept until it does. Is heng.coordinator "
                    + "right?", coordinator, why);
            away = true;
        }
        return false;
    }

    /// Tries once more what is left, and stops.
    @Override
    public void close() {
        timer.submit(this::deliver);
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
