package com.alphaheng.coordinator.rest;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/// Adds to the description what holds for every operation: the errors, as problem details, and the token.
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class OpenApiCompletion implements OASFilter {
    private static final String PROBLEM = "Problem";
    private static final String TOKEN = "token";
    private static final Map<String, String> FOR_ALL = Map.of("401", "No token, or one that does not hold",
            "403", "The token's role does not allow it", "429", "Too many requests; see Retry-After",
            "503", "This coordinator stands by, or its log is away; asking again is safe");
    private static final Map<String, String> FOR_CHANGES = Map.of("400", "The request cannot be read",
            "409", "The present state does not allow it", "412", "If-Match: the campaign has changed meanwhile",
            "413", "The body is too large",
            "415", "The body is not JSON", "422", "Problems in the task files, all at once");

    @Override
    public void filterOpenAPI(OpenAPI description) {
        if (description.getComponents() == null) {
            description.setComponents(OASFactory.createComponents());
        }
        description.getComponents().addSchema(PROBLEM, problem());
        description.getComponents().addSecurityScheme(TOKEN, OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.HTTP).scheme("bearer").description("Not asked for on a single machine "
                        + "without tokens"));
        description.addSecurityRequirement(OASFactory.createSecurityRequirement().addScheme(TOKEN));
        description.getPaths().getPathItems().forEach((path, item) -> {
            if (path.startsWith("/api/")) {
                item.getOperations().forEach((verb, operation) -> complete(path, verb, operation));
            }
        });
    }

    private static void complete(String path, PathItem.HttpMethod verb, Operation operation) {
        Map<String, String> errors = new LinkedHashMap<>(FOR_ALL);
        if (path.contains("{")) {
            errors.put("404", "There is no such thing; the remedy names what there is");
        }
        if (verb == PathItem.HttpMethod.GET) {
            errors.put("400", "A parameter cannot be read");
        } else {
            errors.putAll(FOR_CHANGES);
        }
        errors.forEach((status, meaning) -> operation.getResponses().addAPIResponse(status,
                OASFactory.createAPIResponse().description(meaning).content(OASFactory.createContent()
                        .addMediaType(ApiProblem.MEDIA_TYPE, OASFactory.createMediaType().schema(
                                OASFactory.createSchema().ref("#/components/schemas/" + PROBLEM))))));
    }

    private static Schema problem() {
        Schema text = type(Schema.SchemaType.STRING);
        Schema number = type(Schema.SchemaType.INTEGER);
        Schema fault = type(Schema.SchemaType.OBJECT);
        List.of("file", "severity", "rule", "message", "fix").forEach(name -> fault.addProperty(name, text));
        List.of("line", "column").forEach(name -> fault.addProperty(name, number));
        Schema problem = type(Schema.SchemaType.OBJECT).description("RFC 9457 problem details");
        List.of("type", "title", "detail", "remedy").forEach(name -> problem.addProperty(name, text));
        return problem.addProperty("status", number)
                .addProperty("problems", type(Schema.SchemaType.ARRAY).items(fault));
    }

    private static Schema type(Schema.SchemaType type) {
        return OASFactory.createSchema().type(List.of(type));
    }
}
