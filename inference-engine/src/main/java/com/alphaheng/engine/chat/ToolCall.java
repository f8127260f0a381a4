package com.alphaheng.engine.chat;

import java.util.Map;

/// A model's call of a tool.
///
/// @param arguments plain JSON values by name, in the order written
public record ToolCall(String name, Map<String, Object> arguments) { }
