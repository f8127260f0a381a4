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

    ApiProblem(int status, String title, String detail, String remedy, List<Fault> problems) {
        super(detail);
        this.body = new Body("about:blank", title, status, detail, remedy, problems);
    }

    ApiProblem(int status, String title, String detail, String remedy) {
        this(status, title, detail, remedy, List.of());
    }

    Body body() {
        return body;
    }
}
