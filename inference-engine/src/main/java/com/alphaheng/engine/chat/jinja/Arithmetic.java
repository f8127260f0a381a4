package com.alphaheng.engine.chat.jinja;

import com.alphaheng.engine.chat.jinja.Expression.Operator;
import java.util.ArrayList;
import java.util.List;

/// Python's arithmetic. Integers have 64 bits; more is an error, never a wrong number.
final class Arithmetic {

    private static final int LONGEST = 1 << 26;

    private Arithmetic() { }

    static Object apply(Operator operator, Object a, Object b) {
        Values.requireDefined(a);
        Values.requireDefined(b);
        try {
            if (Values.isNumber(a) && Values.isNumber(b)) {
                return a instanceof Double || b instanceof Double || operator == Operator.DIVIDE
                    ? doubles(operator, Values.toDouble(a), Values.toDouble(b))
                    : longs(operator, Values.toLong(a), Values.toLong(b));
            }
        } catch (ArithmeticException e) {
            throw new JinjaException(e.getMessage().contains("overflow")
                ? a + " " + operator + " " + b + " needs more than 64 bits" : "division by zero");
        }
        return others(operator, a, b);
    }

    private static Object longs(Operator operator, long a, long b) {
        return switch (operator) {
            case ADD -> Math.addExact(a, b);
            case SUBTRACT -> Math.subtractExact(a, b);
            case MULTIPLY -> Math.multiplyExact(a, b);
            case FLOOR_DIVIDE -> Math.floorDiv(a, b);
            case REMAINDER -> Math.floorMod(a, b);
            case POWER -> b < 0 ? (Object) Math.pow(a, b) : (Object) power(a, b);
            case DIVIDE, OR, AND, NOT, EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, NOT_IN,
                CONCATENATE, NEGATE, PLUS -> throw new AssertionError(operator);
        };
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return exponent % 2 == 0 ? 1 : -1;
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private static Object doubles(Operator operator, double a, double b) {
        boolean divides = operator == Operator.DIVIDE || operator == Operator.FLOOR_DIVIDE
            || operator == Operator.REMAINDER;
        if (divides && b == 0) {
            throw new JinjaException("division by zero");
        }
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> Math.floor(a / b);
            case REMAINDER -> a - b * Math.floor(a / b);
            case POWER -> Math.pow(a, b);
            case OR, AND, NOT, EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, NOT_IN, CONCATENATE,
                NEGATE, PLUS -> throw new AssertionError(operator);
        };
    }

    private static Object others(Operator operator, Object a, Object b) {
        if (operator == Operator.ADD) {
            if (a instanceof String left && b instanceof String right) {
                return left + right;
            }
            if (a instanceof List<?> left && b instanceof List<?> right
                && left instanceof Tuple == right instanceof Tuple) {
                List<Object> joined = new ArrayList<>(left);
                joined.addAll(right);
                return left instanceof Tuple ? new Tuple(joined) : joined;
            }
        }
        if (operator == Operator.REMAINDER && a instanceof String pattern) {
            return Formatting.percent(pattern, b instanceof Tuple tuple ? tuple : List.of(b));
        }
        if (operator == Operator.MULTIPLY && b instanceof Long count) {
            return repeated(a, count, b);
        }
        throw unsupported(operator, a, b);
    }

    private static Object repeated(Object what, long count, Object b) {
        long times = Math.max(count, 0);
        long length = what instanceof String || what instanceof List<?> ? Values.length(what) : -1;
        if (length < 0) {
            throw unsupported(Operator.MULTIPLY, what, b);
        }
        if (length * Math.min(times, LONGEST) >= LONGEST) {
            throw new JinjaException("a repetition would have more than " + LONGEST + " items");
        }
        if (what instanceof String text) {
            return text.repeat((int) times);
        }
        List<Object> items = new ArrayList<>();
        for (long i = 0; i < times; i++) {
            items.addAll((List<?>) what);
        }
        return what instanceof Tuple ? new Tuple(items) : items;
    }

    private static JinjaException unsupported(Operator operator, Object a, Object b) {
        return new JinjaException("'" + operator + "' does not work on " + Values.type(a) + " and " + Values.type(b));
    }

    static Object negate(Object value) {
        return value instanceof Double number ? -number : Math.negateExact(Values.toLong(value));
    }
}
