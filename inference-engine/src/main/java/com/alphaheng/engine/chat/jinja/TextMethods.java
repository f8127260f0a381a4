package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/// Methods of Python's `str`.
final class TextMethods {

    static final Set<String> NAMES = Set.of("strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "startswith",
        "endswith", "upper", "lower", "title", "capitalize", "replace", "find", "rfind", "index", "count", "join",
        "format", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "removeprefix", "removesuffix",
        "partition", "zfill");

    private static final Pattern LINES = Pattern.compile("\r\n|\n|\r");

    private TextMethods() { }

    static Object call(String text, String name, List<Object> positional, Map<String, Object> named) {
        return switch (name) {
            case "strip" -> strip(text, characters(positional), true, true);
            case "lstrip" -> strip(text, characters(positional), true, false);
            case "rstrip" -> strip(text, characters(positional), false, true);
            case "split" -> split(text, argument(positional, named, 0, "sep"),
                argument(positional, named, 1, "maxsplit"), false);
            case "rsplit" -> split(text, argument(positional, named, 0, "sep"),
                argument(positional, named, 1, "maxsplit"), true);
            case "splitlines" -> lines(text);
            case "startswith" -> affixes(positional).stream().anyMatch(text::startsWith);
            case "endswith" -> affixes(positional).stream().anyMatch(text::endsWith);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "title" -> title(text);
            case "capitalize" -> capitalize(text);
            case "replace" -> replace(text, string(positional, 0), string(positional, 1),
                argument(positional, named, 2, "count"));
            case "find" -> points(text, text.indexOf(string(positional, 0)));
            case "rfind" -> points(text, text.lastIndexOf(string(positional, 0)));
            case "index" -> {
                if (!text.contains(string(positional, 0))) {
                    throw new JinjaException("index: the string lacks " + PythonText.repr(positional.get(0)));
                }
                yield points(text, text.indexOf(string(positional, 0)));
            }
            case "count" -> count(text, string(positional, 0));
            case "join" -> String.join(text, Values.items(first(positional)).stream().map(Values::toText).toList());
            case "format" -> Formatting.braces(text, positional, named);
            case "isdigit" -> all(text, Character::isDigit);
            case "isalpha" -> all(text, Character::isLetter);
            case "isalnum" -> all(text, Character::isLetterOrDigit);
            case "isspace" -> all(text, TextMethods::isSpace);
            case "isupper" -> !text.equals(text.toLowerCase(Locale.ROOT)) && text.equals(text.toUpperCase(Locale.ROOT));
            case "islower" -> !text.equals(text.toUpperCase(Locale.ROOT)) && text.equals(text.toLowerCase(Locale.ROOT));
            case "removeprefix" -> text.startsWith(string(positional, 0))
                ? text.substring(string(positional, 0).length()) : text;
            case "removesuffix" -> text.endsWith(string(positional, 0))
                ? text.substring(0, text.length() - string(positional, 0).length()) : text;
            case "partition" -> partition(text, string(positional, 0));
            case "zfill" ->
                "0".repeat(Math.clamp(Values.toLong(first(positional)) - text.length(), 0, 9999)) + text;
            default -> throw new AssertionError(name);
        };
    }

    private static Object first(List<Object> positional) {
        if (positional.isEmpty()) {
            throw new JinjaException("a method of str lacks an argument");
        }
        return positional.getFirst();
    }

    private static String string(List<Object> positional, int index) {
        if (index >= positional.size()) {
            throw new JinjaException("a method of str lacks argument " + (index + 1));
        }
        return Values.toText(positional.get(index));
    }

    private static Object argument(List<Object> positional, Map<String, Object> named, int index, String name) {
        return index < positional.size() ? positional.get(index) : named.get(name);
    }

    private static List<String> affixes(List<Object> positional) {
        return first(positional) instanceof Tuple several ? several.stream().map(Values::toText).toList()
            : List.of(string(positional, 0));
    }

    private static String characters(List<Object> positional) {
        return positional.isEmpty() || positional.getFirst() == null ? null : string(positional, 0);
    }

    /// Python's white space: `str.isspace`.
    static boolean isSpace(int point) {
        return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
    }

    /// @param characters what to strip; null for white space
    static String strip(String text, String characters, boolean left, boolean right) {
        int[] points = text.codePoints().toArray();
        int start = 0;
        int end = points.length;
        while (left && start < end && strips(points[start], characters)) {
            start++;
        }
        while (right && end > start && strips(points[end - 1], characters)) {
            end--;
        }
        return new String(points, start, end - start);
    }

    private static boolean strips(int point, String characters) {
        return characters == null ? isSpace(point) : characters.indexOf(point) >= 0;
    }

    private static List<Object> split(String text, Object separator, Object most, boolean fromRight) {
        long limit = most == null ? -1 : Values.toLong(most);
        List<Object> parts = new ArrayList<>();
        if (separator == null) {
            if (limit >= 0) {
                throw new JinjaException("split: maxsplit without a separator is not supported");
            }
            for (String word : strip(text, null, true, true).split("[\\s\\p{Z}\\x85\\x1c-\\x1f]+")) {
                if (!word.isEmpty()) {
                    parts.add(word);
                }
            }
            return parts;
        }
        String by = Values.toText(separator);
        if (by.isEmpty()) {
            throw new JinjaException("split: the separator is empty");
        }
        String rest = text;
        int at = fromRight ? rest.lastIndexOf(by) : rest.indexOf(by);
        while (at >= 0 && (limit < 0 || parts.size() < limit)) {
            String before = rest.substring(0, at);
            String after = rest.substring(at + by.length());
            parts.add(fromRight ? 0 : parts.size(), fromRight ? after : before);
            rest = fromRight ? before : after;
            at = fromRight ? rest.lastIndexOf(by) : rest.indexOf(by);
        }
        parts.add(fromRight ? 0 : parts.size(), rest);
        return parts;
    }

    private static List<Object> lines(String text) {
        List<Object> lines = new ArrayList<>(List.of(LINES.split(text, -1)));
        if (lines.getLast().equals("")) {
            lines.removeLast();
        }
        return lines;
    }

    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inside = false;
        for (int point : text.codePoints().toArray()) {
            out.appendCodePoint(inside ? Character.toLowerCase(point) : Character.toTitleCase(point));
            inside = Character.isLetter(point);
        }
        return out.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int end = text.offsetByCodePoints(0, 1);
        return text.substring(0, end).toUpperCase(Locale.ROOT) + text.substring(end).toLowerCase(Locale.ROOT);
    }

    static String replace(String text, String old, String by, Object count) {
        if (count == null) {
            return text.replace(old, by);
        }
        long left = Values.toLong(count);
        StringBuilder out = new StringBuilder();
        int copied = 0;
        for (int at = text.indexOf(old); at >= 0 && left != 0 && !old.isEmpty(); at = text.indexOf(old, copied)) {
            out.append(text, copied, at).append(by);
            copied = at + old.length();
            left--;
        }
        return out.append(text.substring(copied)).toString();
    }

    private static long points(String text, int index) {
        return index < 0 ? -1 : text.codePointCount(0, index);
    }

    private static long count(String text, String part) {
        if (part.isEmpty()) {
            return Values.length(text) + 1;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static boolean all(String text, IntPredicate holds) {
        return !text.isEmpty() && text.codePoints().allMatch(holds);
    }

    private static Tuple partition(String text, String by) {
        int at = text.indexOf(by);
        return at < 0 ? new Tuple(List.of(text, "", ""))
            : new Tuple(List.of(text.substring(0, at), by, text.substring(at + by.length())));
    }
}
