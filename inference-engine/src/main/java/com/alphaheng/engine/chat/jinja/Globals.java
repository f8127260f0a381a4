package com.alphaheng.engine.chat.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The functions that every template can call: Jinja2's, and those that transformers adds.
final class Globals {

    /// As Jinja2's sandbox.
    private static final int LONGEST_RANGE = 100_000;

    private Globals() { }

    static Map<String, Object> all() {
        Map<String, Object> globals = new HashMap<>();
        globals.put("range", (Callable) (positional, named) -> range(positional));
        globals.put("namespace", (Callable) (positional, named) -> new Namespace(merged(positional, named)));
        globals.put("dict", (Callable) (positional, named) -> merged(positional, named));
        globals.put("raise_exception", (Callable) (positional, named) -> {
            throw new JinjaException("the template refuses this: "
                + (positional.isEmpty() ? "no reason given" : PythonText.str(positional.getFirst())));
        });
        globals.put("strftime_now", (Callable) (positional, named) -> time(Values.toText(positional.getFirst())));
        return globals;
    }

    private static List<Object> range(List<Object> bounds) {
        if (bounds.isEmpty() || bounds.size() > 3) {
            throw new JinjaException("range needs one to three integers");
        }
        long start = bounds.size() == 1 ? 0 : Values.toLong(bounds.get(0));
        long stop = Values.toLong(bounds.get(bounds.size() == 1 ? 0 : 1));
        long step = bounds.size() == 3 ? Values.toLong(bounds.get(2)) : 1;
        if (step == 0) {
            throw new JinjaException("the step of a range is zero");
        }
        List<Object> out = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (out.size() == LONGEST_RANGE) {
                throw new JinjaException("a range has more than " + LONGEST_RANGE + " numbers");
            }
            out.add(i);
        }
        return out;
    }

    private static Map<String, Object> merged(List<Object> positional, Map<String, Object> named) {
        Map<String, Object> members = new LinkedHashMap<>();
        for (Object source : positional) {
            if (!(source instanceof Map<?, ?> map)) {
                throw new JinjaException("expected a dict, found " + Values.type(source));
            }
            map.forEach((key, value) -> members.put(Values.toText(key), value));
        }
        members.putAll(named);
        return members;
    }

    private static String time(String format) {
        LocalDateTime now = LocalDateTime.now();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%' || i + 1 == format.length()) {
                out.append(format.charAt(i));
                continue;
            }
            char field = format.charAt(++i);
            out.append(switch (field) {
                case 'Y' -> String.format("%04d", now.getYear());
                case 'y' -> String.format("%02d", now.getYear() % 100);
                case 'm' -> String.format("%02d", now.getMonthValue());
                case 'd' -> String.format("%02d", now.getDayOfMonth());
                case 'H' -> String.format("%02d", now.getHour());
                case 'M' -> String.format("%02d", now.getMinute());
                case 'S' -> String.format("%02d", now.getSecond());
                case 'j' -> String.format("%03d", now.getDayOfYear());
                case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
                case 'b' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
                case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
                case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
                case '%' -> "%";
                default -> throw new JinjaException("strftime_now: the field %" + field + " is not supported");
            });
        }
        return out.toString();
    }
}
