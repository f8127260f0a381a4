package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.JsonValues;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the fields of a JSON object and says which one is wrong. A field that is null counts as absent. Knows which
/// fields nobody asked for.
final class JsonFields {

    private final ObjectNode object;
    private final String place;
    private final Set<String> read = new HashSet<>();

    /// @param place put before the names of fields in messages, such as `messages[2].`; empty for the body itself
    JsonFields(JsonNode value, String place) {
        if (!(value instanceof ObjectNode node)) {
            String name = place.isEmpty() ? null : place.substring(0, place.length() - 1);
            throw ApiException.invalid(name, (name == null ? "the body" : name) + " must be a JSON object, not "
                + kind(value));
        }
        this.object = node;
        this.place = place;
    }

    /// The field's name in messages.
    String path(String name) {
        return place + name;
    }

    /// The field's value, a missing node when it is absent.
    JsonNode value(String name) {
        read.add(name);
        JsonNode value = object.path(name);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    boolean has(String name) {
        return !value(name).isMissingNode();
    }

    Optional<String> text(String name) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(name, "a string", value);
        }
        return Optional.of(value.textValue());
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "true or false", value);
        }
        return value.booleanValue();
    }

    double number(String name, double otherwise, double least, double most) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
            throw wrong(name, "a number from " + plain(least) + " to " + plain(most), value);
        }
        return value.doubleValue();
    }

    long integer(String name, long otherwise, long least, long most) {
        JsonNode value = value(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < least
            || value.longValue() > most) {
            throw wrong(name, most == Long.MAX_VALUE ? "an integer of at least " + least
                : "an integer from " + least + " to " + most, value);
        }
        return value.longValue();
    }

    /// The items of a list; none when it is absent.
    List<JsonNode> list(String name) {
        JsonNode value = value(name);
        List<JsonNode> items = new ArrayList<>();
        if (!value.isMissingNode()) {
            if (!value.isArray()) {
                throw wrong(name, "a list", value);
            }
            value.forEach(items::add);
        }
        return items;
    }

    /// The plain values of the object in a field; none when it is absent.
    Map<String, Object> values(String name) {
        return JsonValues.object(fields(name).object);
    }

    /// The object in a field; one without fields when it is absent.
    JsonFields fields(String name) {
        JsonNode value = value(name);
        return new JsonFields(value.isMissingNode() ? object.objectNode() : value, path(name) + ".");
    }

    ApiException wrong(String name, String expected, JsonNode found) {
        return ApiException.invalid(path(name), path(name) + " must be " + expected + ", not " + kind(found));
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NULL, MISSING -> "null";
            case BOOLEAN, NUMBER, BINARY, POJO -> value.toString();
        };
    }

    /// Fields that are present and that nobody has asked for.
    List<String> unread() {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                names.add(name);
            }
        });
        return names;
    }
}
