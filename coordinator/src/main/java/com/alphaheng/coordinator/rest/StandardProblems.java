package com.alphaheng.coordinator.rest;

import jakarta.ws.rs.core.Response;

/// Problem details for what the framework itself refuses, by status.
final class StandardProblems {
    private StandardProblems() {
    }

    /// @param detail what the framework says about it; may be empty
    static ApiProblem of(int status, String detail) {
        Response.Status known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Error" : known.getReasonPhrase();
        return new ApiProblem(status, title, detail.isBlank() || detail.equals("null") ? title : detail,
                switch (status) {
                    case 404 -> "see /q/openapi for what there is";
                    case 405 -> "see /q/openapi for the methods of this path";
                    case 406 -> "ask for application/json, or leave the header Accept away";
                    case 413 -> "split it: a request has at most 32 MiB";
                    case 415 -> "send 'Content-Type: application/json'";
                    default -> "see docs/api.md";
                });
    }
}
