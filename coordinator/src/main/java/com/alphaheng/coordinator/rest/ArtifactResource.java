package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.ArtifactStore;
import com.alphaheng.coordinator.runtime.ArtifactStore.Taken;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;

/// Files that attempts left. Workers hand contents in by their hash; which attempt left which is in the event log.
@Path("/api/artifacts/{sha256}")
public class ArtifactResource {
    private static final Pattern TEXT = Pattern.compile("(?i).*\\.(txt|log|json|jsonl|md|csv|yaml|yml|diff|patch)");
    private static final int INSUFFICIENT_STORAGE = 507;

    /// A content that was handed in.
    ///
    /// @param stored false if it was there already
    public record Received(String sha256, boolean stored) {
    }

    private final ArtifactStore store;

    ArtifactResource(ArtifactStore store) {
        this.store = store;
    }

    /// Safe to repeat. The content must have the hash it is handed in by.
    @PUT
    @Consumes(MediaType.APPLICATION_OCTET_STREAM)
    @Needs(Role.WORKER)
    public RestResponse<Received> put(@PathParam("sha256") String sha256, InputStream content) {
        check(sha256);
        try {
            return switch (store.put(sha256, content)) {
                case Taken.Stored stored -> RestResponse.status(
                        RestResponse.Status.CREATED, new Received(sha256, true));
                case Taken.AlreadyThere there -> RestResponse.ok(new Received(sha256, false));
                case Taken.WrongHash wrong -> throw new ApiProblem(422, "Unprocessable Content",
                        "the content has the hash " + wrong.found(), "send it again: it was damaged, or named wrongly");
                case Taken.TooLarge large -> throw new ApiProblem(413, "Content Too Large", "a content may have "
                        + large.most() + " bytes", "keep less, or compress it");
                case Taken.Full full -> throw new ApiProblem(INSUFFICIENT_STORAGE, "Insufficient Storage",
                        "the artifacts fill their " + full.quota() + " bytes",
                        "raise heng.artifacts.quota, or remove old files of heng.artifacts.folder");
            };
        } catch (IOException e) {
            throw new ApiProblem(INSUFFICIENT_STORAGE, "Insufficient Storage", "the artifact cannot be written (" + e
                    + ")", "let this coordinator write heng.artifacts.folder, and free some space there");
        }
    }

    @GET
    @Needs(Role.VIEWER)
    @APIResponse(responseCode = "200", description = "The content", content = @Content(mediaType = "*/*",
            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public Response get(@PathParam("sha256") String sha256, @QueryParam("name") @DefaultValue("") String name) {
        check(sha256);
        try {
            String file = name.replaceAll("[^A-Za-z0-9._-]", "_");
            boolean text = TEXT.matcher(file).matches();
            Optional<Long> size = store.size(sha256);
            return Response.ok(store.open(sha256), text ? "text/plain; charset=utf-8" : "application/octet-stream")
                    .header("Content-Length", size.orElseThrow(() -> missing(sha256)))
                    .header("Content-Disposition", (text ? "inline" : "attachment") + "; filename=\""
                            + (file.isEmpty() ? sha256 : file) + "\"").build();
        } catch (IOException e) {
            throw missing(sha256);
        }
    }

    private static void check(String sha256) {
        if (!TaskArtifactResource.HASH.matcher(sha256).matches()) {
            throw ApiProblem.badRequest("'" + sha256 + "' is no SHA-256", "write 64 lower-case hexadecimal digits");
        }
    }

    private static ApiProblem missing(String sha256) {
        return new ApiProblem(404, "Not Found", "no content " + sha256 + " is here",
                "its worker may still be away; it hands it in when it is back");
    }
}
