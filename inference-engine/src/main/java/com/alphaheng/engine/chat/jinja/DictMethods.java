package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Methods of Python's `dict` and `list` that do not change them. Those that do are refused, as in the sandbox of
/// transformers.
final class DictMethods {

    static final Set<String> NAMES = Set.of("items", "keys", "values", "get", "copy", "update", "pop", "setdefault",
        "clear", "popitem");
    static final Set<String> LIST_NAMES = Set.of("index", "count", "copy", "append", "extend", "insert", "pop",
        "remove", "sort", "reverse", "clear");

    private DictMethods() { }

    static Object call(Map<?, ?> map, String name, List<Object> positional, Map<String, Object> named) {
        return switch (name) {
            case "items" -> {
                List<Object> items = new ArrayList<>();
                map.forEach((key, value) -> items.add(Tuple.of(key, value)));
                yield items;
            }
            case "keys" -> new ArrayList<Object>(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            case "get" -> {
                if (positional.isEmpty()) {
                    throw new JinjaException("get: a key is missing");
                }
                Object otherwise = positional.size() > 1 ? positional.get(1) : named.get("default");
                yield map.containsKey(positional.getFirst()) ? map.get(positional.getFirst()) : otherwise;
            }
            case "copy" -> map;
            default -> throw changes("dict", name);
        };
    }

    static Object callList(List<?> list, String name, List<Object> positional) {
        return switch (name) {
            case "index" -> {
                for (int i = 0; i < list.size(); i++) {
                    if (Values.equal(list.get(i), positional.getFirst())) {
                        yield (long) i;
                    }
                }
                throw new JinjaException("index: the list does not contain " + PythonText.repr(positional.getFirst()));
            }
            case "count" -> list.stream().filter(item -> Values.equal(item, positional.getFirst())).count();
            case "copy" -> list;
            default -> throw changes("list", name);
        };
    }

    private static JinjaException changes(String type, String name) {
        return new JinjaException(type + "." + name + " would change a value, which the sandbox does not allow");
    }
}
