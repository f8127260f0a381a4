package com.alphaheng.engine.chat.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How Python prints values.
final class PythonText {

    private PythonText() { }

    /// `str(value)`
    static String str(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined u -> "";
            case null, default -> repr(value);
        };
    }

    /// `repr(value)`
    static String repr(Object value) {
        return switch (value) {
            case null -> "None";
            case Boolean b -> b ? "True" : "False";
            case Long l -> l.toString();
            case Double d -> number(d);
            case String text -> quoted(text);
            case Tuple tuple -> tuple.size() == 1 ? "(" + repr(tuple.getFirst()) + ",)" : joined("(", tuple, ")");
            case List<?> list -> joined("[", list, "]");
            case Map<?, ?> map -> {
                List<String> entries = new ArrayList<>();
                map.forEach((key, item) -> entries.add(repr(key) + ": " + repr(item)));
                yield "{" + String.join(", ", entries) + "}";
            }
            case Undefined u -> "Undefined";
            default -> "<" + Values.type(value) + ">";
        };
    }

    private static String joined(String begin, List<?> items, String end) {
        return begin + String.join(", ", items.stream().map(PythonText::repr).toList()) + end;
    }

    /// The shortest digits that read back as the same double, in Python's choice of notation.
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value > 0 ? "0.0" : "-0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
            String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
            return sign + digits.charAt(0) + fraction + "e" + power;
        }
        String plain = decimal.toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    private static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (point == quote) {
                        out.append('\\').append(quote);
                    } else if (point < ' ' || point == 0x7F) {
                        out.append(String.format("\\x%02x", point));
                    } else {
                        out.appendCodePoint(point);
                    }
                }
            }
        });
        return out.append(quote).toString();
    }
}
