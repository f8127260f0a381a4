/// Conversations: [ChatTemplate] turns messages into the prompt that the checkpoint's own template describes,
/// [ReplyParser] takes the model's reply apart into reasoning, text and tool calls while it streams.
package com.alphaheng.engine.chat;
