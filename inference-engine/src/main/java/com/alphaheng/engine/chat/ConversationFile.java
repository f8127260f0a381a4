package com.alphaheng.engine.chat;

import com.alphaheng.engine.chat.ChatMessage.Role;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A conversation as a JSON file: `{"format": "marlin-conversation", "version": 1, "system", "messages": [{"role",
/// "content", "reasoning", "toolCalls": [{"name", "arguments"}]}]}`.
///
/// @param system   what the system says, empty for nothing
/// @param messages the others
public record ConversationFile(String system, List<ChatMessage> messages) {

    private static final String FORMAT = "marlin-conversation";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    public void write(Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("version", 1).put("system", system);
        for (ChatMessage message : messages) {
            ObjectNode node = root.withArray("messages").addObject().put("role", message.role().template())
                .put("content", message.content());
            if (message.reasoning() != null) {
                node.put("reasoning", message.reasoning());
            }
            for (ToolCall call : message.toolCalls()) {
                node.withArray("toolCalls").addObject().put("name", call.name())
                    .set("arguments", JSON.valueToTree(call.arguments()));
            }
        }
        Files.write(file, JSON.writeValueAsBytes(root));
    }

    /// @throws IOException saying what is wrong with the file
    public static ConversationFile read(Path file) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!root.path("format").asText().equals(FORMAT) || root.path("version").asInt() != 1) {
            throw new IOException(file + " is not a conversation saved by /save (format " + FORMAT + ", version 1)");
        }
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode node : root.path("messages")) {
            List<ToolCall> calls = new ArrayList<>();
            node.path("toolCalls").forEach(call -> calls.add(new ToolCall(call.path("name").asText(),
                JsonValues.object(call.path("arguments")))));
            messages.add(new ChatMessage(role(node.path("role").asText(), file), node.path("content").asText(),
                node.path("reasoning").textValue(), calls));
        }
        return new ConversationFile(root.path("system").asText(), messages);
    }

    private static Role role(String name, Path file) throws IOException {
        try {
            return Role.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": there is no role '" + name + "'", e);
        }
    }
}
