package com.alphaheng.engine.chat;

import java.util.List;
import java.util.Locale;

/// One message of a conversation.
///
/// @param content   its text
/// @param reasoning what the assistant thought before it answered; null when not kept apart from the text
/// @param toolCalls calls that the assistant made
public record ChatMessage(Role role, String content, String reasoning, List<ToolCall> toolCalls) {

    /// Who speaks. A tool's message is the result of a call.
    public enum Role {
        SYSTEM, USER, ASSISTANT, TOOL;

        /// The name that templates know.
        String template() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    public static ChatMessage of(Role role, String content) {
        return new ChatMessage(role, content, null, List.of());
    }
}
