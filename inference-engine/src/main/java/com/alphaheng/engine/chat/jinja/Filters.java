package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The filters behind `|`.
final class Filters {

    private static final Set<String> NAMES = Set.of("abs", "attr", "capitalize", "count", "d", "default", "dictsort",
        "e", "escape", "first", "float", "format", "indent", "int", "items", "join", "last", "length", "list", "lower",
        "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr",
        "sort", "string", "sum", "title", "tojson", "trim", "unique", "upper");

    private final List<Object> positional;
    private final Map<String, Object> named;

    private Filters(List<Object> positional, Map<String, Object> named) {
        this.positional = positional;
        this.named = named;
    }

    static void require(String name, int line) {
        if (!NAMES.contains(name)) {
            throw JinjaException.at(line, "there is no filter '" + name + "'");
        }
    }

    static Object apply(String name, Object input, List<Object> positional, Map<String, Object> named) {
        return new Filters(positional, named).apply(name, input);
    }

    private Object apply(String name, Object input) {
        return switch (name) {
            case "default", "d" -> input instanceof Undefined
                || Values.isTrue(argument(1, "boolean", false)) && !Values.isTrue(input)
                ? argument(0, "default_value", "") : input;
            case "tojson" -> PythonJson.dump(input, Values.isTrue(argument(0, "ensure_ascii", false)),
                argument(1, "indent", null), (List<?>) argument(2, "separators", null),
                Values.isTrue(argument(3, "sort_keys", false)));
            case "string", "safe" -> PythonText.str(input);
            case "trim" -> TextMethods.strip(PythonText.str(input), (String) argument(0, "chars", null), true, true);
            case "upper" -> PythonText.str(input).toUpperCase(Locale.ROOT);
            case "lower" -> PythonText.str(input).toLowerCase(Locale.ROOT);
            case "capitalize" -> TextMethods.capitalize(PythonText.str(input));
            case "title" -> titled(PythonText.str(input));
            case "replace" -> TextMethods.replace(PythonText.str(input), PythonText.str(argument(0, "old", "")),
                PythonText.str(argument(1, "new", "")), argument(2, "count", null));
            case "escape", "e" -> PythonText.str(input).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                .replace("\"", "&#34;").replace("'", "&#39;");
            case "format" -> Formatting.percent(PythonText.str(input), positional);
            case "indent" -> indented(PythonText.str(input));
            case "abs" -> input instanceof Double number ? (Object) Math.abs(number)
                : Math.absExact(Values.toLong(input));
            case "int" -> toInteger(input);
            case "float" -> toFloat(input);
            case "round" -> rounded(Values.toDouble(input));
            default -> ofCollections(name, input);
        };
    }

    private Object ofCollections(String name, Object input) {
        return switch (name) {
            case "length", "count" -> Values.length(input);
            case "list" -> Values.items(input);
            case "first" -> Values.items(input).isEmpty() ? new Undefined("the first item of an empty list")
                : Values.items(input).getFirst();
            case "last" -> Values.items(input).isEmpty() ? new Undefined("the last item of an empty list")
                : Values.items(input).getLast();
            case "reverse" -> input instanceof String text ? new StringBuilder(text).reverse().toString()
                : Values.items(input).reversed();
            case "join" -> joined(input);
            case "items" -> input instanceof Undefined ? List.of()
                : DictMethods.call(dict(input, name), "items", List.of(), Map.of());
            case "dictsort" -> {
                List<Object> items = Values.items(DictMethods.call(dict(input, name), "items", List.of(), Map.of()));
                int by = "value".equals(argument(1, "by", "key")) ? 1 : 0;
                items.sort(order(item -> ((Tuple) item).get(by), Values.isTrue(argument(0, "case_sensitive", false)),
                    Values.isTrue(argument(2, "reverse", false))));
                yield items;
            }
            case "sort" -> {
                List<Object> items = Values.items(input);
                Object attribute = argument(2, "attribute", null);
                items.sort(order(item -> member(item, attribute), Values.isTrue(argument(1, "case_sensitive", false)),
                    Values.isTrue(argument(0, "reverse", false))));
                yield items;
            }
            case "unique" -> new ArrayList<Object>(new LinkedHashSet<>(Values.items(input)));
            case "max" -> extreme(input, 1);
            case "min" -> extreme(input, -1);
            case "sum" -> {
                Object total = argument(1, "start", 0L);
                Object attribute = argument(0, "attribute", null);
                for (Object item : Values.items(input)) {
                    total = Arithmetic.apply(Expression.Operator.ADD, total, member(item, attribute));
                }
                yield total;
            }
            case "attr" -> Members.attribute(input, PythonText.str(argument(0, "name", "")));
            case "map" -> mapped(input);
            case "select" -> selected(input, false, true);
            case "reject" -> selected(input, false, false);
            case "selectattr" -> selected(input, true, true);
            case "rejectattr" -> selected(input, true, false);
            default -> throw new AssertionError(name);
        };
    }

    private Object argument(int index, String name, Object otherwise) {
        return index < positional.size() ? positional.get(index) : named.getOrDefault(name, otherwise);
    }

    private static Map<?, ?> dict(Object input, String filter) {
        if (input instanceof Map<?, ?> map) {
            return map;
        }
        throw new JinjaException("the filter '" + filter + "' needs a dict, not " + Values.type(input));
    }

    /// An item itself, or its member `a.b` when an attribute is named.
    private static Object member(Object item, Object attribute) {
        if (attribute == null) {
            return item;
        }
        if (attribute instanceof Long) {
            return Members.item(item, attribute);
        }
        Object value = item;
        for (String name : Values.toText(attribute).split("\\.")) {
            value = name.matches("\\d{1,9}") ? Members.item(value, Long.valueOf(name)) : Members.item(value, name);
        }
        return value;
    }

    private static Comparator<Object> order(UnaryOperator<Object> key, boolean caseSensitive,
                                            boolean reversed) {
        Comparator<Object> order = (a, b) -> Values.compare(folded(key.apply(a), caseSensitive),
            folded(key.apply(b), caseSensitive));
        return reversed ? order.reversed() : order;
    }

    private static Object folded(Object value, boolean caseSensitive) {
        return value instanceof String text && !caseSensitive ? text.toLowerCase(Locale.ROOT) : value;
    }

    private Object extreme(Object input, int sign) {
        List<Object> items = Values.items(input);
        Comparator<Object> order = order(item -> member(item, argument(1, "attribute", null)),
            Values.isTrue(argument(0, "case_sensitive", false)), sign < 0);
        Object best = items.isEmpty() ? new Undefined("the extreme of an empty list") : items.getFirst();
        for (Object item : items) {
            best = order.compare(item, best) > 0 ? item : best;
        }
        return best;
    }

    private String joined(Object input) {
        Object attribute = argument(1, "attribute", null);
        return String.join(PythonText.str(argument(0, "d", "")),
            Values.items(input).stream().map(item -> PythonText.str(member(item, attribute))).toList());
    }

    private List<Object> mapped(Object input) {
        List<Object> out = new ArrayList<>();
        Object attribute = named.get("attribute");
        for (Object item : Values.items(input)) {
            if (attribute != null) {
                Object value = member(item, attribute);
                out.add(value instanceof Undefined && named.containsKey("default") ? named.get("default") : value);
            } else {
                String filter = PythonText.str(argument(0, "filter", ""));
                requireNow(NAMES.contains(filter), "filter", filter);
                out.add(apply(filter, item, positional.subList(1, positional.size()), named));
            }
        }
        return out;
    }

    private List<Object> selected(Object input, boolean byAttribute, boolean wanted) {
        int test = byAttribute ? 1 : 0;
        List<Object> out = new ArrayList<>();
        for (Object item : Values.items(input)) {
            Object value = byAttribute ? member(item, argument(0, "attribute", null)) : item;
            boolean holds = positional.size() <= test ? Values.isTrue(value)
                : test(PythonText.str(positional.get(test)), value, positional.subList(test + 1, positional.size()));
            if (holds == wanted) {
                out.add(item);
            }
        }
        return out;
    }

    private static boolean test(String name, Object value, List<Object> arguments) {
        String known = switch (name) {
            case "==" -> "eq";
            case "!=" -> "ne";
            case "<" -> "lt";
            case "<=" -> "le";
            case ">" -> "gt";
            case ">=" -> "ge";
            default -> name;
        };
        Tests.require(known, 0);
        return Tests.test(known, value, arguments);
    }

    private static void requireNow(boolean known, String kind, String name) {
        if (!known) {
            throw new JinjaException("there is no " + kind + " '" + name + "'");
        }
    }

    private static String titled(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inside = false;
        for (int point : text.codePoints().toArray()) {
            out.appendCodePoint(inside ? Character.toLowerCase(point) : Character.toUpperCase(point));
            inside = !Character.isWhitespace(point) && "-({[<".indexOf(point) < 0;
        }
        return out.toString();
    }

    private String indented(String text) {
        Object width = argument(0, "width", 4L);
        String margin = width instanceof String given ? given
            : " ".repeat(Math.clamp(Values.toLong(width), 0, 1000));
        boolean first = Values.isTrue(argument(1, "first", false));
        boolean blank = Values.isTrue(argument(2, "blank", false));
        String[] lines = text.split("\n", -1);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.length; i++) {
            boolean indent = i == 0 ? first : blank || !lines[i].isEmpty();
            out.append(i == 0 ? "" : "\n").append(indent ? margin : "").append(lines[i]);
        }
        return out.toString();
    }

    private Object toInteger(Object input) {
        Object otherwise = argument(0, "default", 0L);
        return switch (input) {
            case Double number -> (Object) (long) (double) number;
            case String text -> {
                String trimmed = text.strip();
                if (trimmed.matches("[+-]?\\d{1,18}")) {
                    yield Long.valueOf(trimmed);
                }
                yield isFloat(trimmed) ? (Object) (long) Double.parseDouble(trimmed) : otherwise;
            }
            case null -> otherwise;
            default -> Values.isNumber(input) ? (Object) Values.toLong(input) : otherwise;
        };
    }

    private Object toFloat(Object input) {
        Object otherwise = argument(0, "default", 0.0);
        return switch (input) {
            case String text -> isFloat(text.strip()) ? (Object) Double.valueOf(text.strip()) : otherwise;
            case null -> otherwise;
            default -> Values.isNumber(input) ? (Object) Values.toDouble(input) : otherwise;
        };
    }

    private static boolean isFloat(String text) {
        return text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,4})?");
    }

    /// Half to even, as Python rounds.
    private double rounded(double value) {
        double scale = Math.pow(10, Values.toLong(argument(0, "precision", 0L)));
        double scaled = value * scale;
        return switch (PythonText.str(argument(1, "method", "common"))) {
            case "ceil" -> Math.ceil(scaled) / scale;
            case "floor" -> Math.floor(scaled) / scale;
            default -> Math.rint(scaled) / scale;
        };
    }
}
