package com.alphaheng.coordinator.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/// Which part of a list is asked for. Answers carry `X-Total-Count`, and `Link: <...>; rel="next"` if there is more.
public class Page {
    static final int MOST = 100_000;

    @QueryParam("offset")
    @DefaultValue("0")
    int offset;
    @QueryParam("limit")
    @DefaultValue("100000")
    int limit;
    @Context
    UriInfo uri;

    /// @throws ApiProblem if the numbers make no sense
    void check() {
        if (offset < 0 || limit < 1 || limit > MOST) {
            throw ApiProblem.badRequest("offset must be at least 0, and limit between 1 and " + MOST,
                    "leave them away for everything");
        }
    }

    <T> List<T> cut(List<T> all) {
        check();
        return all.stream().skip(offset).limit(limit).toList();
    }

    <T> RestResponse<List<T>> of(List<T> all) {
        return answer(cut(all), all.size());
    }

    <T> RestResponse<List<T>> answer(List<T> part, int total) {
        var answer = RestResponse.ResponseBuilder.ok(part).header("X-Total-Count", total);
        if (offset + part.size() < total && !part.isEmpty()) {
            answer.header("Link", "<" + uri.getRequestUriBuilder().replaceQueryParam("offset", offset + part.size())
                    .replaceQueryParam("limit", limit).build() + ">; rel=\"next\"");
        }
        return answer.build();
    }
}
