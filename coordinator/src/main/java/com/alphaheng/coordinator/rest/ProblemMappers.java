package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.runtime.LogException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Turns every exception into problem details. None lets a stack trace out.
final class ProblemMappers {
    private static final Logger LOGGER = Logger.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    Response problem(ApiProblem problem) {
        return answer(problem);
    }

    @ServerExceptionMapper
    Response unavailable(LogException uncertain) {
        return Response.fromResponse(answer(new ApiProblem(503, "Service Unavailable", uncertain.getMessage(),
                "ask again in a few seconds: repeating a request is safe"))).header("Retry-After", 2).build();
    }

    @ServerExceptionMapper
    Response malformed(JsonProcessingException malformed) {
        return answer(new ApiProblem(400, "Bad Request", "the body is not the JSON that is expected here: "
                + malformed.getOriginalMessage(), "see /q/openapi for the fields"));
    }

    /// The framework has a mapper of its own for this subtype, which answers without a body.
    @ServerExceptionMapper
    Response mismatched(MismatchedInputException mismatched) {
        return malformed(mismatched);
    }

    @ServerExceptionMapper
    Response refused(WebApplicationException refused) {
        Response original = refused.getResponse();
        if (refused.getCause() instanceof JsonProcessingException malformed) {
            return malformed(malformed);
        }
        return answer(StandardProblems.of(original.getStatus(), String.valueOf(refused.getMessage())));
    }

    @ServerExceptionMapper
    Response bug(RuntimeException bug) {
        LOGGER.error("a request failed through a fault of the coordinator", bug);
        return answer(new ApiProblem(500, "Internal Server Error", "a fault of the coordinator: " + bug,
                "its log has the details; please report it"));
    }

    private static Response answer(ApiProblem problem) {
        Response.ResponseBuilder answer = Response.status(problem.body().status()).type(ApiProblem.MEDIA_TYPE)
                .entity(problem.body());
        if (problem.retryAfterSeconds() > 0) {
            answer.header("Retry-After", problem.retryAfterSeconds());
        }
        if (problem.body().status() == 401) {
            answer.header("WWW-Authenticate", "Bearer realm=\"alphaheng\"");
        }
        return answer.build();
    }
}
