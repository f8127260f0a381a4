package com.alphaheng.worker.http;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.ChatEndpoint;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// `POST URL/chat/completions` as OpenAI, llama.cpp, vLLM, MLX and this project's own server speak it.
public final class OpenAiEndpoint implements ChatEndpoint {
    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper();
    private static final Reply STOPPED = new Reply.Refused(AgentFailure.STOPPED, "stopped", Optional.empty());

    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    private final URI uri;
    private final String model;
    private final Optional<String> key;
    private final AnnouncedLimits limits = new AnnouncedLimits();

    /// @param url base URL, usually ending in `/v1`
    /// @param key bearer token
    public OpenAiEndpoint(String url, String model, Optional<String> key) {
        this.uri = URI.create(url.replaceAll("/+$", "") + "/chat/completions");
        this.model = model;
        this.key = key;
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public Duration before(long tokens) {
        return limits.before(tokens, Instant.now());
    }

    @Override
    public Reply complete(List<Message> messages, int mostTokens, Duration timeLimit, StopSwitch stop) {
        ObjectNode body = MAPPER.createObjectNode().put("model", model).put("max_tokens", mostTokens)
                .put("temperature", 0.2);
        ArrayNode list = body.putArray("messages");
        messages.forEach(message -> list.addObject().put("role", message.role()).put("content", message.text()));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeLimit)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        key.ifPresent(token -> request.header("Authorization", "Bearer " + token));
        limits.begun(mostTokens + messages.stream().mapToLong(message -> message.text().length()).sum() / 3);
        CompletableFuture<HttpResponse<String>> call = client.sendAsync(request.build(),
                HttpResponse.BodyHandlers.ofString());
        try (StopSwitch.Registration _ = stop.onStop(() -> call.cancel(true))) {
            HttpResponse<String> response = call.get();
            limits.heard(response.headers(), Instant.now());
            return response.statusCode() == 200 ? text(response.body()) : refused(response);
        } catch (ExecutionException | CancellationException e) {
            return failed(e.getCause(), stop);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return STOPPED;
        }
    }

    /// A call that was cancelled may end as one or as a broken connection: the switch tells.
    private Reply failed(Throwable cause, StopSwitch stop) {
        if (stop.reason().isPresent()) {
            return STOPPED;
        }
        return cause instanceof HttpTimeoutException
                ? new Reply.Refused(AgentFailure.TIME_LIMIT, uri + " did not answer in time", Optional.empty())
                : new Reply.Refused(AgentFailure.OVERLOAD, uri + " cannot be reached (" + cause + ")",
                Optional.empty());
    }

    private Reply text(String body) {
        try {
            JsonNode root = MAPPER.readTree(body);
            JsonNode content = root.path("choices").path(0).path("message").path("content");
            if (!content.isTextual()) {
                return new Reply.Refused(AgentFailure.BAD_OUTPUT, uri + " answers without choices[0].message.content",
                        Optional.empty());
            }
            return new Reply.Text(content.asText(), root.path("usage").path("prompt_tokens").asLong(),
                    root.path("usage").path("completion_tokens").asLong());
        } catch (JsonProcessingException e) {
            return new Reply.Refused(AgentFailure.BAD_OUTPUT, uri + " answers no JSON", Optional.empty());
        }
    }

    private Reply refused(HttpResponse<String> response) {
        AgentFailure failure = switch (response.statusCode()) {
            case 401, 403 -> AgentFailure.AUTH;
            case 402, 429 -> AgentFailure.RATE_LIMIT;
            case 500, 502, 503, 504, 529 -> AgentFailure.OVERLOAD;
            default -> AgentFailure.CRASH;
        };
        String text = response.body().strip();
        return new Reply.Refused(failure, "HTTP " + response.statusCode() + " "
                + text.substring(0, Math.min(200, text.length())),
                AnnouncedLimits.retryAfter(response.headers(), Instant.now()));
    }
}
