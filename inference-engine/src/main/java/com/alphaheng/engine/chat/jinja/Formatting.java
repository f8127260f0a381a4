package com.alphaheng.engine.chat.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Python's `pattern % values` and `pattern.format(values)`, in their plain forms.
final class Formatting {

    private static final Pattern PERCENT = Pattern.compile("%(0?\\d*)(?:\\.(\\d+))?([sdifrx%])");
    private static final Pattern BRACES = Pattern.compile("\\{\\{|\\}\\}|\\{([A-Za-z_0-9]*)\\}");

    private Formatting() { }

    static String percent(String pattern, List<Object> values) {
        Iterator<Object> remaining = values.iterator();
        Matcher matcher = PERCENT.matcher(pattern);
        StringBuilder out = new StringBuilder();
        int copied = 0;
        while (matcher.find()) {
            int stray = pattern.indexOf('%', copied);
            if (stray < matcher.start()) {
                throw new JinjaException("unsupported format in \"" + pattern + "\"");
            }
            out.append(pattern, copied, matcher.start());
            copied = matcher.end();
            out.append(matcher.group(3).equals("%") ? "%" : one(matcher, remaining, pattern));
        }
        if (pattern.indexOf('%', copied) >= 0) {
            throw new JinjaException("unsupported format in \"" + pattern + "\"");
        }
        if (remaining.hasNext()) {
            throw new JinjaException("not all values were used by the format \"" + pattern + "\"");
        }
        return out.append(pattern.substring(copied)).toString();
    }

    private static String one(Matcher matcher, Iterator<Object> remaining, String pattern) {
        if (!remaining.hasNext()) {
            throw new JinjaException("not enough values for the format \"" + pattern + "\"");
        }
        Object value = remaining.next();
        String precision = matcher.group(2);
        String text = switch (matcher.group(3)) {
            case "s" -> cut(PythonText.str(value), precision);
            case "r" -> cut(PythonText.repr(value), precision);
            case "f" -> String.format(Locale.ROOT, "%." + (precision == null ? "6" : precision) + "f",
                Values.toDouble(value));
            case "x" -> Long.toHexString(Values.toLong(value));
            default -> String.valueOf(value instanceof Double number ? (long) (double) number : Values.toLong(value));
        };
        String width = matcher.group(1);
        int wanted = width.isEmpty() ? 0 : Integer.parseInt(width.length() > 4 ? "9999" : width);
        String padding = (width.startsWith("0") ? "0" : " ").repeat(Math.max(0, wanted - text.length()));
        return padding + text;
    }

    private static String cut(String text, String precision) {
        return precision == null || precision.length() > 8 || Integer.parseInt(precision) >= text.length() ? text
            : text.substring(0, Integer.parseInt(precision));
    }

    static String braces(String pattern, List<Object> positional, Map<String, Object> named) {
        int next = 0;
        StringBuilder out = new StringBuilder();
        Matcher matcher = BRACES.matcher(pattern);
        while (matcher.find()) {
            String field = matcher.group(1);
            if (field == null) {
                matcher.appendReplacement(out, matcher.group().substring(1));
                continue;
            }
            Object value;
            if (field.isEmpty() || field.matches("\\d{1,6}")) {
                int index = field.isEmpty() ? next++ : Integer.parseInt(field);
                if (index >= positional.size()) {
                    throw new JinjaException("format: there is no value number " + index);
                }
                value = positional.get(index);
            } else if (named.containsKey(field)) {
                value = named.get(field);
            } else {
                throw new JinjaException("format: there is no value named " + field);
            }
            matcher.appendReplacement(out, Matcher.quoteReplacement(PythonText.str(value)));
        }
        return matcher.appendTail(out).toString();
    }
}
