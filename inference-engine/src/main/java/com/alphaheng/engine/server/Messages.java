package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.ChatMessage;
import com.alphaheng.engine.chat.ChatMessage.Role;
import com.alphaheng.engine.chat.JsonValues;
import com.alphaheng.engine.chat.ToolCall;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/// Reads the messages of a chat request.
final class Messages {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Messages() { }

    static List<ChatMessage> read(JsonFields body) {
        List<JsonNode> given = body.list("messages");
        if (given.isEmpty()) {
            throw ApiException.invalid("messages", "messages must hold at least one message, such as"
                + " {\"role\": \"user\", \"content\": \"...\"}");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            messages.add(message(new JsonFields(given.get(i), "messages[" + i + "].")));
        }
        return messages;
    }

    private static ChatMessage message(JsonFields message) {
        String name = message.text("role").orElse("");
        Role role = switch (name) {
            // What OpenAI calls a newer system prompt.
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            default -> throw ApiException.invalid(message.path("role"), message.path("role")
                + " must be system, developer, user, assistant or tool, not '" + name + "'");
        };
        List<ToolCall> calls = role == Role.ASSISTANT ? calls(message) : List.of();
        boolean silent = role == Role.ASSISTANT && (!calls.isEmpty() || message.has("reasoning_content"));
        String reasoning = role == Role.ASSISTANT ? message.text("reasoning_content").orElse(null) : null;
        return new ChatMessage(role, content(message, silent), reasoning, calls);
    }

    /// A string, or a list of parts that are text.
    private static String content(JsonFields message, boolean mayBeAbsent) {
        JsonNode value = message.value("content");
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isMissingNode() && mayBeAbsent) {
            return "";
        }
        if (!value.isArray()) {
            throw message.wrong("content", "a string or a list of text parts", value);
        }
        StringBuilder text = new StringBuilder();
        int index = 0;
        for (JsonNode item : value) {
            JsonFields part = new JsonFields(item, message.path("content") + "[" + index++ + "].");
            String type = part.text("type").orElse("");
            if (!type.equals("text")) {
                throw ApiException.unsupported(part.path("type"), part.path("type")
                    + " must be \"text\": this model reads text only, not '" + type + "'");
            }
            text.append(part.text("text").orElseThrow(() -> part.wrong("text", "a string", item.path("text"))));
        }
        return text.toString();
    }

    private static List<ToolCall> calls(JsonFields message) {
        List<ToolCall> calls = new ArrayList<>();
        List<JsonNode> given = message.list("tool_calls");
        for (int i = 0; i < given.size(); i++) {
            JsonFields function = new JsonFields(given.get(i), message.path("tool_calls") + "[" + i + "].")
                .fields("function");
            String name = function.text("name").orElseThrow(() -> function.wrong("name", "a string",
                function.value("name")));
            calls.add(new ToolCall(name, JsonValues.object(arguments(function))));
        }
        return calls;
    }

    private static JsonNode arguments(JsonFields function) {
        String text = function.text("arguments").orElse("{}");
        try {
            JsonNode arguments = JSON.readTree(text.isBlank() ? "{}" : text);
            if (arguments.isObject()) {
                return arguments;
            }
        } catch (JsonProcessingException e) {
            throw ApiException.invalid(function.path("arguments"), function.path("arguments")
                + " must be a string that holds a JSON object: " + e.getOriginalMessage());
        }
        throw ApiException.invalid(function.path("arguments"), function.path("arguments")
            + " must be a string that holds a JSON object, not " + text);
    }
}
