package com.alphaheng.engine.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;

/// Why a request is not answered, in the form that OpenAI's clients know: what is wrong, where, and what would help.
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int status;
    private final String type;
    private final String parameter;
    private final String code;
    private final Duration retryAfter;

    private ApiException(int status, String type, String parameter, String code, Duration retryAfter, String message,
                         Throwable cause) {
        super(message, cause);
        this.status = status;
        this.type = type;
        this.parameter = parameter;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /// The client has to change its request.
    ///
    /// @param parameter the field meant, or null
    /// @param code      for programs, such as `context_length_exceeded`
    public static ApiException refused(int status, String parameter, String code, String message) {
        return new ApiException(status, "invalid_request_error", parameter, code, null, message, null);
    }

    /// A field has a value that it cannot have.
    public static ApiException invalid(String parameter, String message) {
        return refused(400, parameter, "invalid_value", message);
    }

    /// A field asks for what this server does not do.
    public static ApiException unsupported(String parameter, String message) {
        return refused(400, parameter, "unsupported_parameter", message);
    }

    /// Too much is asked of this server at once.
    public static ApiException busy(String message, Duration retryAfter) {
        return new ApiException(429, "rate_limit_error", null, "queue_full", retryAfter, message, null);
    }

    /// The server is ending.
    public static ApiException ending() {
        return new ApiException(503, "server_error", null, "shutting_down", Duration.ofSeconds(5),
            "the server is being shut down: ask again when it is back", null);
    }

    /// The server took longer than it allows itself.
    public static ApiException timeLimit(String message) {
        return new ApiException(504, "server_error", null, "timeout", null, message, null);
    }

    /// The server failed.
    public static ApiException failed(String code, String message, Throwable cause) {
        return new ApiException(500, "server_error", null, code, null, message, cause);
    }

    /// The server failed in a way that nobody thought of.
    public static ApiException bug(RuntimeException cause) {
        return failed("internal_error", "the server has a bug: " + cause + ". Its log has the details", cause);
    }

    /// The HTTP status.
    public int status() {
        return status;
    }

    /// When to ask again.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /// The answer's body.
    public ObjectNode body() {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("error").put("message", getMessage()).put("type", type).put("param", parameter)
            .put("code", code);
        return body;
    }
}
