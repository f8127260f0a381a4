package com.alphaheng.engine.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/// Whether the model may, need not or must call a tool.
sealed interface ToolChoice {

    record Auto() implements ToolChoice { }

    record None() implements ToolChoice { }

    /// It must call one.
    record Required() implements ToolChoice { }

    /// It must call this one.
    record Named(String tool) implements ToolChoice { }

    /// Reads `tool_choice`.
    ///
    /// @param tools names of the tools given
    static ToolChoice read(JsonFields body, Set<String> tools) {
        JsonNode value = body.value("tool_choice");
        if (value.isMissingNode()) {
            return new Auto();
        }
        if (value.isTextual()) {
            return switch (value.textValue()) {
                case "auto" -> new Auto();
                case "none" -> new None();
                case "required" -> {
                    if (tools.isEmpty()) {
                        throw ApiException.invalid("tool_choice", "tool_choice is \"required\", but tools is empty");
                    }
                    yield new Required();
                }
                default -> throw ApiException.invalid("tool_choice", "tool_choice must be \"none\", \"auto\","
                    + " \"required\" or the name of a tool in {\"type\": \"function\", \"function\": {\"name\": ...}},"
                    + " not \"" + value.textValue() + "\"");
            };
        }
        String name = body.fields("tool_choice").fields("function").text("name").orElse("");
        if (!tools.contains(name)) {
            throw ApiException.invalid("tool_choice", "tool_choice.function.name is '" + name
                + "', which is none of the tools given: " + String.join(", ", tools));
        }
        return new Named(name);
    }
}
