package com.alphaheng.engine.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Takes a reply apart while it streams: `<think>` to `</think>` is reasoning, `<tool_call>` to `</tool_call>` a
/// call, the rest the answer. Text that may be the beginning of a mark waits. What looks like a call and is none
/// stays text, so nothing the model wrote is lost. Where the pieces break makes no difference to the whole.
public final class ReplyParser {

    private static final String THINK = "<think>";
    private static final String END_THINK = "</think>";
    private static final String CALL = "<tool_call>";
    private static final String END_CALL = "</tool_call>";
    private static final ObjectMapper JSON = new ObjectMapper()
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private enum State { REASONING, CONTENT, CALL }

    private final Map<String, Map<String, Object>> parametersByTool = new LinkedHashMap<>();
    private final StringBuilder held = new StringBuilder();
    private State state;

    /// @param thinking whether the prompt ended inside the model's thoughts, as `<|assistant|><think>` does
    /// @param tools    the tools of the prompt: their schemas tell which arguments are strings
    public ReplyParser(boolean thinking, List<Map<String, Object>> tools) {
        this.state = thinking ? State.REASONING : State.CONTENT;
        for (Map<String, Object> tool : tools) {
            if (tool.getOrDefault("function", tool) instanceof Map<?, ?> function
                && function.get("name") instanceof String name
                && function.get("parameters") instanceof Map<?, ?> parameters
                && parameters.get("properties") instanceof Map<?, ?> properties) {
                Map<String, Object> byName = new LinkedHashMap<>();
                properties.forEach((key, schema) -> byName.put(String.valueOf(key), schema));
                parametersByTool.put(name, byName);
            }
        }
    }

    /// Whether a reply to this prompt begins inside the model's thoughts.
    public static boolean beginsThinking(String prompt) {
        return prompt.stripTrailing().endsWith(THINK);
    }

    /// The parts that this text completes.
    public List<ReplyPart> push(String text) {
        held.append(text);
        List<ReplyPart> parts = new ArrayList<>();
        while (step(parts)) {
            // Every step gives out the text before a mark, or a call.
        }
        return parts;
    }

    /// The parts that were still waiting, when no more text comes.
    public List<ReplyPart> finish() {
        List<ReplyPart> parts = new ArrayList<>();
        String rest = held.toString();
        held.setLength(0);
        if (state == State.CALL) {
            rest = CALL + rest;
            state = State.CONTENT;
        }
        give(rest, parts);
        return parts;
    }

    /// Looks for the next mark; false when none is complete.
    private boolean step(List<ReplyPart> parts) {
        return switch (state) {
            case REASONING -> until(parts, END_THINK, State.CONTENT);
            case CONTENT -> {
                int think = held.indexOf(THINK);
                int call = held.indexOf(CALL);
                boolean thinkFirst = think >= 0 && (call < 0 || think < call);
                if (think < 0 && call < 0) {
                    int waiting = Math.max(beginning(THINK), beginning(CALL));
                    give(take(held.length() - waiting, 0), parts);
                    yield false;
                }
                yield thinkFirst ? until(parts, THINK, State.REASONING) : until(parts, CALL, State.CALL);
            }
            case CALL -> {
                int end = held.indexOf(END_CALL);
                if (end < 0) {
                    yield false;
                }
                String body = take(end, END_CALL.length());
                ToolCall parsed = parse(body);
                state = State.CONTENT;
                if (parsed == null) {
                    give(CALL + body + END_CALL, parts);
                } else {
                    parts.add(new ReplyPart.Call(parsed));
                }
                yield true;
            }
        };
    }

    private boolean until(List<ReplyPart> parts, String mark, State next) {
        int at = held.indexOf(mark);
        if (at < 0) {
            give(take(held.length() - beginning(mark), 0), parts);
            return false;
        }
        give(take(at, mark.length()), parts);
        state = next;
        return true;
    }

    private void give(String text, List<ReplyPart> parts) {
        if (!text.isEmpty()) {
            parts.add(state == State.REASONING ? new ReplyPart.Reasoning(text) : new ReplyPart.Content(text));
        }
    }

    private String take(int count, int skipped) {
        String text = held.substring(0, count);
        held.delete(0, count + skipped);
        return text;
    }

    /// Length of the longest end of the held text that a mark begins with.
    private int beginning(String mark) {
        for (int length = Math.min(mark.length() - 1, held.length()); length > 0; length--) {
            if (held.indexOf(mark.substring(0, length), held.length() - length) >= 0) {
                return length;
            }
        }
        return 0;
    }

    /// A call's inside: `name<arg_key>k</arg_key><arg_value>v</arg_value>...`; null when it is not of this form.
    private ToolCall parse(String body) {
        int keys = body.indexOf("<arg_key>");
        String name = (keys < 0 ? body : body.substring(0, keys)).strip();
        if (name.isEmpty() || name.contains("<") || name.contains("\n")) {
            return null;
        }
        Map<String, Object> arguments = new LinkedHashMap<>();
        String rest = keys < 0 ? "" : body.substring(keys).strip();
        while (!rest.isEmpty()) {
            int endKey = rest.indexOf("</arg_key>");
            int value = rest.indexOf("<arg_value>", Math.max(endKey, 0));
            int endValue = rest.indexOf("</arg_value>", Math.max(value, 0));
            if (!rest.startsWith("<arg_key>") || endKey < 0 || value < 0 || endValue < 0
                || !rest.substring(endKey + "</arg_key>".length(), value).isBlank()) {
                return null;
            }
            String key = rest.substring("<arg_key>".length(), endKey).strip();
            arguments.put(key, value(name, key, rest.substring(value + "<arg_value>".length(), endValue)));
            rest = rest.substring(endValue + "</arg_value>".length()).strip();
        }
        return new ToolCall(name, arguments);
    }

    /// Strings stand raw, everything else is JSON. Without a schema, what is not JSON is a string; and so is a JSON
    /// string, whose quotes then belong to it.
    private Object value(String tool, String key, String raw) {
        if (parametersByTool.getOrDefault(tool, Map.of()).get(key) instanceof Map<?, ?> schema
            && "string".equals(schema.get("type"))) {
            return raw;
        }
        try {
            JsonNode json = JSON.readTree(raw);
            return json.isMissingNode() || json.isTextual() ? raw : JsonValues.plain(json);
        } catch (JsonProcessingException e) {
            return raw;
        }
    }
}
