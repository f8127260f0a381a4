package com.alphaheng.engine.chat;

/// A piece of a model's reply.
public sealed interface ReplyPart {

    /// Part of what the model thinks before it answers.
    record Reasoning(String text) implements ReplyPart { }

    /// Part of the answer.
    record Content(String text) implements ReplyPart { }

    /// A whole call of a tool.
    record Call(ToolCall call) implements ReplyPart { }
}
