package com.alphaheng.engine.chat.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The tests behind `is`.
final class Tests {

    private static final Set<String> NAMES = Set.of("boolean", "callable", "defined", "divisibleby", "eq", "equalto",
        "even", "false", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower",
        "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "true", "undefined", "upper");

    private Tests() { }

    static void require(String name, int line) {
        if (!NAMES.contains(name)) {
            throw JinjaException.at(line, "there is no test '" + name + "'");
        }
    }

    static boolean test(String name, Object value, List<Object> arguments) {
        return switch (name) {
            case "boolean" -> value instanceof Boolean;
            case "callable" -> value instanceof Callable;
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "string" -> value instanceof String;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map<?, ?>;
            case "sequence" -> Values.isIterable(value);
            case "iterable" -> Values.isIterable(value);
            case "even" -> Values.toLong(value) % 2 == 0;
            case "odd" -> Values.toLong(value) % 2 != 0;
            case "divisibleby" -> Values.toLong(value) % Values.toLong(other(name, arguments)) == 0;
            case "lower" -> PythonText.str(value).equals(PythonText.str(value).toLowerCase(Locale.ROOT));
            case "upper" -> PythonText.str(value).equals(PythonText.str(value).toUpperCase(Locale.ROOT));
            case "eq", "equalto" -> Values.equal(value, other(name, arguments));
            case "ne" -> !Values.equal(value, other(name, arguments));
            case "lt", "lessthan" -> Values.compare(value, other(name, arguments)) < 0;
            case "le" -> Values.compare(value, other(name, arguments)) <= 0;
            case "gt", "greaterthan" -> Values.compare(value, other(name, arguments)) > 0;
            case "ge" -> Values.compare(value, other(name, arguments)) >= 0;
            case "in" -> Values.contains(other(name, arguments), value);
            case "sameas" -> value == other(name, arguments) || value instanceof Boolean
                && value.equals(arguments.getFirst());
            default -> throw new AssertionError(name);
        };
    }

    private static Object other(String name, List<Object> arguments) {
        if (arguments.isEmpty()) {
            throw new JinjaException("the test '" + name + "' lacks its argument");
        }
        return arguments.getFirst();
    }
}
