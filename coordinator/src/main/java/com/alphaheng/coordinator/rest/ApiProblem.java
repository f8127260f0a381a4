package com.alphaheng.coordinator.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/// An answer that is not what was asked for: RFC 9457 problem details.
public final class ApiProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final String MEDIA_TYPE = "application/problem+json";

    /// The body of the answer.
    ///
    /// @param remedy   what the asker can do about it
    /// @param problems one per fault, when there are several
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Body(String type, String title, int status, String detail, String remedy, List<Fault> problems) {
        public Body {
            problems = List.copyOf(problems);
        }
    }

    /// A fault of a submitted file.
    public record Fault(String file, int line, int column, String severity, String rule, String message, String fix) {
    }

    private final transient Body body;
    private final int retryAfterSeconds;

    ApiProblem(int status, String title, String detail, String remedy, List<Fault> problems) {
        this(status, title, detail, remedy, problems, 0);
    }

    private ApiProblem(int status, String title, String detail, String remedy, List<Fault> problems,
                       int retryAfterSeconds) {
        super(detail);
        this.retryAfterSeconds = retryAfterSeconds;
        this.body = new Body("about:blank", title, status, detail, remedy, problems);
    }

    ApiProblem(int status, String title, String detail, String remedy) {
        this(status, title, detail, remedy, List.of());
    }

    static ApiProblem badRequest(String detail, String remedy) {
        return new ApiProblem(400, "Bad Request", detail, remedy);
    }

    static ApiProblem tooMany(int retryAfterSeconds) {
        return new ApiProblem(429, "Too Many Requests", "more requests than one caller may send", "wait "
                + retryAfterSeconds + " s; an admin can raise HENG_RATE_PER_SECOND", List.of(), retryAfterSeconds);
    }

    /// When to try again; 0 says nothing about it.
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    Body body() {
        return body;
    }
}
