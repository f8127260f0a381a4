package com.alphaheng.engine.chat;

import java.util.List;
import java.util.Map;

/// @param thinking  whether the model is to think before it answers (`enable_thinking`)
/// @param reply     whether the prompt ends where the assistant begins to speak (`add_generation_prompt`)
/// @param tools     JSON objects that describe the tools the model may call, as in OpenAI's API
/// @param variables further variables for the template, such as `clear_thinking`
public record ChatOptions(boolean thinking, boolean reply, List<Map<String, Object>> tools,
                          Map<String, Object> variables) {

    public ChatOptions {
        tools = List.copyOf(tools);
        variables = Map.copyOf(variables);
    }

    /// For a reply without tools.
    public static ChatOptions reply(boolean thinking) {
        return new ChatOptions(thinking, true, List.of(), Map.of());
    }
}
