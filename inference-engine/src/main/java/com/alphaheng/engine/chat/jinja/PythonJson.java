package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// Python's `json.dumps`, as transformers calls it for the filter `tojson`: no HTML escapes, `ensure_ascii` off
/// unless asked for.
final class PythonJson {

    private static final int DEEPEST = 200;

    private final boolean asciiOnly;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();
    private int depth;

    private PythonJson(boolean asciiOnly, String indent, String itemSeparator, String keySeparator, boolean sorted) {
        this.asciiOnly = asciiOnly;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sorted = sorted;
    }

    /// @param indent     null for one line
    /// @param separators between items and after keys; null for Python's choice
    static String dump(Object value, boolean asciiOnly, Object indent, List<?> separators, boolean sorted) {
        String margin = switch (indent) {
            case null -> null;
            case String text -> text;
            default -> " ".repeat(Math.clamp(Values.toLong(indent), 0, 64));
        };
        String item = separators == null ? margin == null ? ", " : "," : Values.toText(separators.get(0));
        String key = separators == null ? ": " : Values.toText(separators.get(1));
        PythonJson json = new PythonJson(asciiOnly, margin, item, key, sorted);
        json.write(value);
        return json.out.toString();
    }

    private void write(Object value) {
        switch (value) {
            case null -> out.append("null");
            case Boolean b -> out.append(b);
            case Long l -> out.append(l);
            case Double d -> out.append(number(d));
            case String text -> quote(text);
            case List<?> list -> writeItems(list);
            case Map<?, ?> map -> writeEntries(map);
            case Undefined missing -> throw missing.error();
            default -> throw new JinjaException("tojson: " + Values.type(value) + " has no JSON form");
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return Double.isInfinite(value) ? value > 0 ? "Infinity" : "-Infinity" : PythonText.number(value);
    }

    private void writeItems(List<?> list) {
        open('[');
        for (Iterator<?> items = list.iterator(); items.hasNext();) {
            newLine();
            write(items.next());
            out.append(items.hasNext() ? itemSeparator : "");
        }
        close(']', list.isEmpty());
    }

    private void writeEntries(Map<?, ?> map) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sorted) {
            entries.sort((a, b) -> Values.compare(a.getKey(), b.getKey()));
        }
        open('{');
        for (Iterator<Map.Entry<?, ?>> remaining = entries.iterator(); remaining.hasNext();) {
            Map.Entry<?, ?> entry = remaining.next();
            newLine();
            quote(key(entry.getKey()));
            out.append(keySeparator);
            write(entry.getValue());
            out.append(remaining.hasNext() ? itemSeparator : "");
        }
        close('}', map.isEmpty());
    }

    private static String key(Object key) {
        return switch (key) {
            case null -> "null";
            case String text -> text;
            case Boolean b -> b.toString();
            case Long l -> l.toString();
            case Double d -> number(d);
            default -> throw new JinjaException("tojson: a key cannot be " + Values.type(key));
        };
    }

    private void open(char bracket) {
        if (++depth > DEEPEST) {
            throw new JinjaException("tojson: nested deeper than " + DEEPEST);
        }
        out.append(bracket);
    }

    private void close(char bracket, boolean empty) {
        depth--;
        if (!empty) {
            newLine();
        }
        out.append(bracket);
    }

    private void newLine() {
        if (indent != null) {
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    boolean plain = letter >= ' ' && (!asciiOnly || letter < 0x7F || letter == Template.GUARD);
                    out.append(plain ? String.valueOf(letter) : String.format("\\u%04x", (int) letter));
                }
            }
        }
        out.append('"');
    }
}
