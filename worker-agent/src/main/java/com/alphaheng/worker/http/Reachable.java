package com.alphaheng.worker.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// Whether anything speaks HTTP at an address, whatever it answers.
public final class Reachable {
    private Reachable() {
    }

    /// Why nothing answers; empty if something does.
    ///
    /// @param trusted whose certificates are believed
    public static Optional<String> obstacle(URI uri, SSLContext trusted, Duration patience) {
        try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trusted)
                .connectTimeout(patience).build()) {
            client.send(HttpRequest.newBuilder(uri).timeout(patience).build(), HttpResponse.BodyHandlers.discarding());
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
