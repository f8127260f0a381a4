package com.alphaheng.coordinator.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// An OpenID Connect provider as its discovery document describes it, asked over HTTP.
final class OidcProvider {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final String issuer;
    private volatile Optional<JsonNode> document = Optional.empty();

    OidcProvider(String issuer) {
        this.issuer = issuer;
    }

    /// An address out of the discovery document, such as `token_endpoint`.
    ///
    /// @throws IOException if the provider does not answer, or does not name it
    String address(String name) throws IOException {
        if (document.isEmpty()) {
            URI place = URI.create(issuer.replaceAll("/$", "") + "/.well-known/openid-configuration");
            document = Optional.of(send(HttpRequest.newBuilder(place)));
        }
        JsonNode address = document.get().path(name);
        if (!address.isTextual()) {
            throw new IOException(issuer + " names no " + name);
        }
        return address.asText();
    }

    /// Trades a code for tokens (RFC 6749, 4.1.3).
    ///
    /// @param secret of the client; absent for a public one, which PKCE alone protects
    /// @throws IOException if it does not answer, or refuses
    JsonNode trade(Map<String, String> form, String clientId, Optional<String> secret) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address("token_endpoint")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form(form)));
        secret.ifPresent(word -> request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(
                (encode(clientId) + ":" + encode(word)).getBytes(StandardCharsets.UTF_8))));
        return send(request);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<byte[]> answer = http.send(request.timeout(PATIENCE).header("Accept", "application/json")
                    .build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() != 200) {
                throw new IOException(answer.uri() + " answered " + answer.statusCode());
            }
            return JSON.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /// `a=1&b=2`, each part encoded.
    static String form(Map<String, String> fields) {
        return fields.entrySet().stream().map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
