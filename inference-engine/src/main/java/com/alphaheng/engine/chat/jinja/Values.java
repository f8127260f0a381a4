package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// What Python says of values: truth, equality, order, length, membership, iteration.
final class Values {

    private Values() { }

    /// Python's name of a value's type, for errors.
    static String type(Object value) {
        return switch (value) {
            case null -> "NoneType";
            case Boolean b -> "bool";
            case Long l -> "int";
            case Double d -> "float";
            case String s -> "str";
            case Tuple t -> "tuple";
            case List<?> l -> "list";
            case Map<?, ?> m -> "dict";
            case Undefined u -> "Undefined";
            default -> value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> l -> !l.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            case Undefined u -> false;
            default -> true;
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double toDouble(Object value) {
        return switch (value) {
            case Boolean b -> b ? 1 : 0;
            case Number n -> n.doubleValue();
            case null, default -> throw new JinjaException("expected a number, found " + type(value));
        };
    }

    static long toLong(Object value) {
        return switch (value) {
            case Boolean b -> b ? 1 : 0;
            case Long l -> l;
            case null, default -> throw new JinjaException("expected an integer, found " + type(value));
        };
    }

    static String toText(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw value instanceof Undefined missing ? missing.error()
            : new JinjaException("expected a string, found " + type(value));
    }

    static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double ? toDouble(a) == toDouble(b) : toLong(a) == toLong(b);
        }
        if (a instanceof Undefined && b instanceof Undefined) {
            return true;
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            if (left instanceof Tuple != right instanceof Tuple || left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.size() == right.size() && left.entrySet().stream()
                .allMatch(e -> right.containsKey(e.getKey()) && equal(e.getValue(), right.get(e.getKey())));
        }
        return Objects.equals(a, b);
    }

    /// Negative, zero or positive, as Python orders; fails for values that it does not order.
    static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double ? Double.compare(toDouble(a), toDouble(b))
                : Long.compare(toLong(a), toLong(b));
        }
        if (a instanceof String left && b instanceof String right) {
            return comparePoints(left, right);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
                if (!equal(left.get(i), right.get(i))) {
                    return compare(left.get(i), right.get(i));
                }
            }
            return Integer.compare(left.size(), right.size());
        }
        requireDefined(a);
        requireDefined(b);
        throw new JinjaException("cannot order " + type(a) + " and " + type(b));
    }

    /// By code points, as Python does; Java's own order is by UTF-16 units.
    private static int comparePoints(String a, String b) {
        int at = 0;
        while (at < a.length() && at < b.length()) {
            int left = a.codePointAt(at);
            int right = b.codePointAt(at);
            if (left != right) {
                return Integer.compare(left, right);
            }
            at += Character.charCount(left);
        }
        return Integer.compare(a.length(), b.length());
    }

    static void requireDefined(Object value) {
        if (value instanceof Undefined missing) {
            throw missing.error();
        }
    }

    static boolean contains(Object container, Object item) {
        return switch (container) {
            case String text -> {
                if (!(item instanceof String part)) {
                    throw new JinjaException("'in <string>' requires a string on its left, not " + type(item));
                }
                yield text.contains(part);
            }
            case List<?> list -> list.stream().anyMatch(element -> equal(element, item));
            case Map<?, ?> map -> map.containsKey(item);
            case Undefined u -> false;
            case null, default -> throw new JinjaException(type(container) + " has no members to look for");
        };
    }

    static long length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Undefined u -> 0;
            case null, default -> throw new JinjaException(type(value) + " has no length");
        };
    }

    static boolean isIterable(Object value) {
        return value instanceof String || value instanceof List<?> || value instanceof Map<?, ?>
            || value instanceof Undefined;
    }

    /// The items that a loop over the value sees.
    static List<Object> items(Object value) {
        return switch (value) {
            case String text -> {
                List<Object> characters = new ArrayList<>();
                text.codePoints().forEach(point -> characters.add(Character.toString(point)));
                yield characters;
            }
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Undefined u -> List.of();
            case null, default -> throw new JinjaException(type(value) + " is not iterable");
        };
    }

    /// The values of an unpacking assignment to `count` targets.
    static Iterator<Object> unpack(Object value, int count) {
        List<Object> items = items(value);
        if (items.size() != count) {
            throw new JinjaException("expected " + count + " values to unpack, found " + items.size());
        }
        return items.iterator();
    }
}
