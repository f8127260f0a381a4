package com.alphaheng.engine.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON as the plain values that templates and tool calls use: null, Boolean, Long, Double, String, List, Map.
public final class JsonValues {

    private JsonValues() { }

    /// The plain value of a JSON tree. An integer of more than 64 bits becomes a Double.
    public static Object plain(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> null;
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.isIntegralNumber() && node.canConvertToLong() ? (Object) node.longValue()
                : (Object) node.doubleValue();
            case STRING -> node.textValue();
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                node.forEach(item -> items.add(plain(item)));
                yield items;
            }
            case OBJECT -> object(node);
            case BINARY, POJO -> node.asText();
        };
    }

    /// The plain value of a JSON object, in the order of its keys.
    public static Map<String, Object> object(JsonNode node) {
        Map<String, Object> entries = new LinkedHashMap<>();
        node.properties().forEach(entry -> entries.put(entry.getKey(), plain(entry.getValue())));
        return entries;
    }
}
