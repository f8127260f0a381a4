package com.alphaheng.coordinator.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.HexFormat;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// Gives every JSON answer to a GET an `ETag`, the hash of its content, and answers 304 to whoever has it already.
final class EntityTags {
    private static final int TAG_BYTES = 12;

    private final ObjectMapper mapper;

    EntityTags(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @ServerResponseFilter
    public void tag(ContainerRequestContext request, ContainerResponseContext response) throws JsonProcessingException {
        MediaType type = response.getMediaType();
        boolean json = type != null && MediaType.APPLICATION_JSON_TYPE.isCompatible(type);
        if (!request.getMethod().equals("GET") || response.getStatus() != 200 || !json || !response.hasEntity()) {
            return;
        }
        byte[] body = mapper.writeValueAsBytes(response.getEntity());
        String tag = "W/\"" + HexFormat.of().formatHex(Secrets.sha256(body), 0, TAG_BYTES) + "\"";
        response.getHeaders().putSingle(HttpHeaders.ETAG, tag);
        String known = request.getHeaderString(HttpHeaders.IF_NONE_MATCH);
        if (known != null && Arrays.stream(known.split(",")).map(String::strip).anyMatch(one ->
                one.equals(tag) || one.equals("*"))) {
            response.setStatus(304);
            response.setEntity(null);
        } else {
            response.setEntity(body, response.getEntityAnnotations(), MediaType.APPLICATION_JSON_TYPE);
        }
    }
}
