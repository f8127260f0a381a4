package com.alphaheng.engine.chat.jinja;

import com.alphaheng.engine.chat.jinja.Expression.Operator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Evaluates expressions in a scope.
final class Evaluator {

    private Evaluator() { }

    static Object evaluate(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> all(list.items(), scope);
            case Expression.TupleOf tuple -> new Tuple(all(tuple.items(), scope));
            case Expression.DictOf dict -> {
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (int i = 0; i < dict.keys().size(); i++) {
                    entries.put(evaluate(dict.keys().get(i), scope), evaluate(dict.values().get(i), scope));
                }
                yield entries;
            }
            case Expression.Attribute attribute -> Members.attribute(evaluate(attribute.of(), scope), attribute.name());
            case Expression.Item item -> Members.item(evaluate(item.of(), scope), evaluate(item.key(), scope));
            case Expression.Slice slice -> Members.slice(evaluate(slice.of(), scope), optional(slice.start(), scope),
                optional(slice.stop(), scope), optional(slice.step(), scope));
            case Expression.Call call -> call(evaluate(call.function(), scope), call.arguments(), scope);
            case Expression.Filter filter -> filter(filter, evaluate(filter.input(), scope), scope);
            case Expression.Test test -> Tests.test(test.name(), evaluate(test.input(), scope),
                all(test.arguments().positional(), scope));
            case Expression.Unary unary -> unary(unary, scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.Comparison comparison -> compare(comparison, scope);
            case Expression.Conditional conditional -> {
                if (Values.isTrue(evaluate(conditional.condition(), scope))) {
                    yield evaluate(conditional.yes(), scope);
                }
                yield conditional.no() == null ? new Undefined("a conditional without 'else'")
                    : evaluate(conditional.no(), scope);
            }
        };
    }

    private static Object optional(Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    private static List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    static Map<String, Object> named(Expression.Arguments arguments, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < arguments.names().size(); i++) {
            named.put(arguments.names().get(i), evaluate(arguments.named().get(i), scope));
        }
        return named;
    }

    private static Object call(Object function, Expression.Arguments arguments, Scope scope) {
        return called(function, all(arguments.positional(), scope), named(arguments, scope));
    }

    /// Calls a macro for a call block, with `caller` among its named arguments.
    static Object call(Expression.Call call, Callable caller, Scope scope) {
        Map<String, Object> named = named(call.arguments(), scope);
        named.put("caller", caller);
        return called(evaluate(call.function(), scope), all(call.arguments().positional(), scope), named);
    }

    private static Object called(Object function, List<Object> positional, Map<String, Object> named) {
        Values.requireDefined(function);
        if (!(function instanceof Callable callable)) {
            throw new JinjaException(Values.type(function) + " cannot be called");
        }
        return callable.call(positional, named);
    }

    /// Applies a filter, and those before it in its chain, to an input.
    static Object filter(Expression.Filter filter, Object input, Scope scope) {
        return Filters.apply(filter.name(), input, all(filter.arguments().positional(), scope),
            named(filter.arguments(), scope));
    }

    /// Applies the chain of a filter block, whose first filter has no input of its own.
    static Object chain(Expression expression, Object input, Scope scope) {
        if (!(expression instanceof Expression.Filter filter)) {
            throw new JinjaException("a filter block needs filters");
        }
        return filter(filter, filter.input() == null ? input : chain(filter.input(), input, scope), scope);
    }

    private static Object unary(Expression.Unary unary, Scope scope) {
        Object value = evaluate(unary.of(), scope);
        return switch (unary.operator()) {
            case NOT -> !Values.isTrue(value);
            case NEGATE -> Arithmetic.negate(value);
            case PLUS -> value instanceof Double ? value : Values.toLong(value);
            case OR, AND, EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, NOT_IN, ADD, SUBTRACT,
                CONCATENATE, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER -> throw new AssertionError(unary);
        };
    }

    private static Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        return switch (binary.operator()) {
            case OR -> Values.isTrue(left) ? left : evaluate(binary.right(), scope);
            case AND -> Values.isTrue(left) ? evaluate(binary.right(), scope) : left;
            case CONCATENATE -> PythonText.str(left) + PythonText.str(evaluate(binary.right(), scope));
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER ->
                Arithmetic.apply(binary.operator(), left, evaluate(binary.right(), scope));
            case NOT, NEGATE, PLUS, EQUAL, UNEQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, IN, NOT_IN ->
                throw new AssertionError(binary);
        };
    }

    private static boolean compare(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = evaluate(comparison.operands().get(i), scope);
            if (!holds(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private static boolean holds(Operator operator, Object left, Object right) {
        return switch (operator) {
            case EQUAL -> Values.equal(left, right);
            case UNEQUAL -> !Values.equal(left, right);
            case LESS -> Values.compare(left, right) < 0;
            case LESS_OR_EQUAL -> Values.compare(left, right) <= 0;
            case GREATER -> Values.compare(left, right) > 0;
            case GREATER_OR_EQUAL -> Values.compare(left, right) >= 0;
            case IN -> Values.contains(right, left);
            case NOT_IN -> !Values.contains(right, left);
            case OR, AND, NOT, ADD, SUBTRACT, CONCATENATE, MULTIPLY, DIVIDE, FLOOR_DIVIDE, REMAINDER, POWER, NEGATE,
                PLUS -> throw new AssertionError(operator);
        };
    }
}
