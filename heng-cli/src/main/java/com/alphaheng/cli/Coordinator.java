package com.alphaheng.cli;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.TrustedAuthority;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/// The coordinator's HTTP interface, as far as the command line uses it (`docs/api.md`).
public final class Coordinator {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MOST_NAMES = 12;
    private static final ObjectMapper JSON = ProtocolCodec.jsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusted()).build();
    private final URI base;
    private final Optional<String> token;

    /// @param token sent with every request; empty for a single machine that asks for none
    public Coordinator(URI base, Optional<String> token) {
        this.base = base;
        this.token = token;
    }

    public URI address() {
        return base;
    }

    /// One segment of a path, such as a task's name.
    public static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public JsonNode get(String path) {
        return json(send(request(path).header("Accept", "application/json").GET().build()));
    }

    /// Empty if there is no such thing.
    Optional<JsonNode> find(String path) {
        HttpResponse<String> response = exchange(request(path).header("Accept", "application/json").GET().build(),
                BodyHandlers.ofString());
        if (response.statusCode() == 404) {
            return Optional.empty();
        }
        if (response.statusCode() >= 400) {
            throw failure(response.statusCode(), response.uri(), response.body());
        }
        return Optional.of(json(response));
    }

    /// A report or another plain text.
    public String text(String path) {
        return send(request(path).GET().build()).body();
    }

    /// Writes an answer into a file.
    void fetch(String path, Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            HttpResponse<byte[]> response = exchange(request(path).GET().build(), BodyHandlers.ofByteArray());
            if (response.statusCode() >= 400) {
                throw failure(response.statusCode(), response.uri(),
                        new String(response.body(), StandardCharsets.UTF_8));
            }
            Files.write(file, response.body());
        } catch (IOException e) {
            throw CliException.unavailable("cannot write " + file + " ("
                    + CliException.reason(e) + "): name a folder that you may write");
        }
    }

    /// Hands over a long answer line by line.
    public void lines(String path, Consumer<JsonNode> lines) {
        HttpResponse<Stream<String>> response = exchange(request(path).GET().build(), BodyHandlers.ofLines());
        if (response.statusCode() >= 400) {
            throw failure(response.statusCode(), response.uri(), response.body().collect(Collectors.joining()));
        }
        try (Stream<String> body = response.body()) {
            body.forEach(line -> lines.accept(json(line, response.uri())));
        } catch (UncheckedIOException e) {
            throw CliException.unavailable("the connection to " + base + " broke in the middle: " + e.getMessage());
        }
    }

    /// `?a=b&c=d` of those that are not null; nothing if all are.
    static String query(Map<String, ?> parameters) {
        String query = parameters.entrySet().stream().filter(entry -> entry.getValue() != null).map(entry ->
                entry.getKey() + "=" + segment(entry.getValue().toString())).collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    /// The name of the campaign, if there is just one; empty if there is none.
    ///
    /// @throws CliException if there are several, with their names
    Optional<String> onlyCampaign() {
        List<String> names = get("/api/campaigns").findValuesAsText("name");
        if (names.size() > 1) {
            throw new CliException(ExitCode.USAGE, "there are several campaigns, say which with -c NAME: "
                    + String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)))
                    + (names.size() > MOST_NAMES ? " and " + (names.size() - MOST_NAMES) + " more" : ""));
        }
        return names.stream().findFirst();
    }

    public JsonNode post(String path, Map<String, ?> body) {
        return withBody("POST", path, body, Optional.empty());
    }

    /// Posts on condition that the campaign's definition is still this one.
    JsonNode postIfMatch(String path, Map<String, ?> body, String definition) {
        return withBody("POST", path, body, Optional.of("\"" + definition + "\""));
    }

    JsonNode put(String path, Map<String, ?> body) {
        return withBody("PUT", path, body, Optional.empty());
    }

    JsonNode delete(String path) {
        return json(send(request(path).DELETE().build()));
    }

    private JsonNode withBody(String method, String path, Map<String, ?> body, Optional<String> ifMatch) {
        try {
            HttpRequest.Builder request = request(path).header("Content-Type", "application/json");
            ifMatch.ifPresent(tag -> request.header("If-Match", tag));
            return json(send(request.method(method, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body))).build()));
        } catch (JsonProcessingException e) {
            throw new AssertionError("a request failed to serialise", e);
        }
    }

    private static SSLContext trusted() {
        try {
            return TrustedAuthority.context(Surroundings.variable(TrustedAuthority.VARIABLE).map(Path::of));
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, e.getMessage());
        }
    }

    /// Whether a coordinator answers and is ready for work.
    public boolean isReady() {
        try {
            return http.send(request("/q/health/ready").timeout(Duration.ofSeconds(2)).build(),
                    BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT)
                .header("X-Heng-User", Surroundings.user());
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) {
        HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
        if (response.statusCode() >= 400) {
            throw failure(response.statusCode(), response.uri(), response.body());
        }
        return response;
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return http.send(request, body);
        } catch (HttpTimeoutException e) {
            throw CliException.unavailable("the coordinator at " + base + " did not answer in time (" + request.uri()
                    + "): see whether it is overloaded or starting");
        } catch (SSLException e) {
            throw CliException.unavailable("no trusted TLS connection to " + base + " (" + e.getMessage() + "): name "
                    + "the certificate of its authority with HENG_CA=ca.crt, and write https:// only if it has TLS");
        } catch (ConnectException e) {
            throw CliException.unavailable("no coordinator answers at " + base
                    + ": start one with './heng up', or say where it is with --url or HENG_URL");
        } catch (IOException e) {
            throw CliException.unavailable("the connection to " + base + " broke (" + e.getMessage()
                    + "): is a coordinator running there?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliException.failed("interrupted");
        }
    }

    private static JsonNode json(HttpResponse<String> response) {
        return json(response.body(), response.uri());
    }

    private static JsonNode json(String body, URI uri) {
        try {
            return body.isBlank() ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw CliException.unavailable(uri + " answers, but not in JSON: is this a coordinator of this "
                    + "version?");
        }
    }

    /// From a problem document (RFC 9457) to what a person reads: detail, remedy, and the single problems before them.
    private static CliException failure(int status, URI uri, String body) {
        JsonNode problem;
        try {
            problem = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            problem = JSON.missingNode();
        }
        if (!problem.isObject()) {
            return CliException.unavailable(uri + " answered with status " + status + " and nothing that a coordinator "
                    + "says: is one running there? Say where it is with --url or HENG_URL");
        }
        StringBuilder message = new StringBuilder(problem.path("detail").asText(problem.path("title")
                .asText(uri + " answered with status " + status)));
        if (!problem.path("remedy").asText("").isBlank()) {
            message.append(": ").append(problem.path("remedy").asText());
        }
        return new CliException(status >= 500 ? ExitCode.UNAVAILABLE : status == 400 ? ExitCode.USAGE
                : ExitCode.FAILED, message.toString(), ProblemLines.of(ProblemLines.read(problem.path("problems"))));
    }
}
