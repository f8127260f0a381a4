package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.ChatMessage;
import com.alphaheng.engine.chat.ChatOptions;
import com.alphaheng.engine.chat.JsonValues;
import com.alphaheng.engine.sampling.GenerationDefaults;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The body of `POST /v1/chat/completions`.
///
/// @param tools     as given; none when `tool_choice` is "none"
/// @param variables for the template, from `chat_template_kwargs`
/// @param oneCall   whether the reply ends with its first call of a tool
/// @param ignored   names of fields that mean nothing here
record ChatRequest(GenerationFields common, List<ChatMessage> messages, List<Map<String, Object>> tools,
                   ToolChoice choice, boolean thinking, Map<String, Object> variables, boolean oneCall,
                   List<String> ignored) {

    /// @param thinking whether the model thinks when the request says nothing
    static ChatRequest read(JsonNode json, GenerationDefaults defaults, boolean thinking) {
        JsonFields body = new JsonFields(json, "");
        refuseUnsupported(body);
        GenerationFields common = GenerationFields.read(body, defaults, Integer.MAX_VALUE);
        List<ChatMessage> messages = Messages.read(body);
        Set<String> names = new LinkedHashSet<>();
        List<Map<String, Object>> tools = tools(body, names);
        ToolChoice choice = ToolChoice.read(body, names);
        Map<String, Object> variables = body.values("chat_template_kwargs");
        boolean think = !"none".equals(body.text("reasoning_effort").orElse(thinking ? "" : "none"));
        if (variables.remove("enable_thinking") instanceof Boolean asked) {
            think = asked;
        }
        boolean oneCall = !body.flag("parallel_tool_calls", true);
        return new ChatRequest(common, messages, choice instanceof ToolChoice.None ? List.of() : tools, choice, think,
            variables, oneCall, body.unread());
    }

    /// What would change the answer must not be passed over in silence.
    private static void refuseUnsupported(JsonFields body) {
        if (body.flag("logprobs", false) || body.has("top_logprobs")) {
            throw ApiException.unsupported("logprobs", "logprobs are not given: tokens are chosen where the logits"
                + " are, which do not leave the device. ./marlin ppl measures probabilities of a text");
        }
        String format = body.fields("response_format").text("type").orElse("text");
        if (!format.equals("text")) {
            throw ApiException.unsupported("response_format", "response_format must be {\"type\": \"text\"}: this"
                + " server cannot hold a reply to a grammar, so it does not promise '" + format
                + "'. Describe the format in the prompt and check the reply");
        }
        for (String old : List.of("functions", "function_call")) {
            if (body.has(old)) {
                throw ApiException.unsupported(old, old + " is OpenAI's older form: use tools and tool_choice");
            }
        }
        for (JsonNode modality : body.list("modalities")) {
            if (!"text".equals(modality.textValue())) {
                throw ApiException.unsupported("modalities", "this model writes text only");
            }
        }
        if (body.has("audio")) {
            throw ApiException.unsupported("audio", "this model writes text only");
        }
    }

    private static List<Map<String, Object>> tools(JsonFields body, Set<String> names) {
        List<Map<String, Object>> tools = new ArrayList<>();
        List<JsonNode> given = body.list("tools");
        for (int i = 0; i < given.size(); i++) {
            JsonFields tool = new JsonFields(given.get(i), "tools[" + i + "].");
            String type = tool.text("type").orElse("function");
            if (!type.equals("function")) {
                throw ApiException.unsupported(tool.path("type"), tool.path("type")
                    + " must be \"function\", not '" + type + "'");
            }
            JsonFields function = tool.fields("function");
            String name = function.text("name").orElse("");
            if (!name.matches("[A-Za-z0-9_.-]{1,128}")) {
                throw ApiException.invalid(function.path("name"), function.path("name")
                    + " must be 1 to 128 letters, digits, '_', '-' or '.', not '" + name + "'");
            }
            names.add(name);
            tools.add(JsonValues.object(given.get(i)));
        }
        return tools;
    }

    /// For the template.
    ChatOptions options() {
        // A call that is forced comes at once: there is nothing to think about before it.
        return new ChatOptions(thinking && !forcesCall(), true, tools, variables);
    }

    boolean forcesCall() {
        return switch (choice) {
            case ToolChoice.Auto _, ToolChoice.None _ -> false;
            case ToolChoice.Required _, ToolChoice.Named _ -> true;
        };
    }

    /// What the reply begins with when a call is forced.
    String beginning() {
        return switch (choice) {
            case ToolChoice.Auto _, ToolChoice.None _ -> "";
            case ToolChoice.Required _ -> "<tool_call>";
            case ToolChoice.Named named -> "<tool_call>" + named.tool();
        };
    }
}
