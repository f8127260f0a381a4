package com.alphaheng.engine.chat.jinja;

import com.alphaheng.engine.chat.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Runs the statements of a template. One renderer per rendering: it bounds the steps, the depth and the output, so
/// that no template runs away.
final class Renderer {

    private static final int MOST_STEPS = 2_000_000;
    private static final int MOST_CHARACTERS = 1 << 24;
    private static final int DEEPEST_CALL = 100;

    private enum Flow { ON, BREAK, CONTINUE }

    private int steps;
    private int callDepth;
    private long written;

    void run(List<Statement> statements, Scope scope, StringBuilder out) {
        runAll(statements, scope, out);
    }

    private Flow runAll(List<Statement> statements, Scope scope, StringBuilder out) {
        for (Statement statement : statements) {
            if (++steps > MOST_STEPS) {
                throw new JinjaException("the template takes more than " + MOST_STEPS + " steps");
            }
            Flow flow = run(statement, scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow run(Statement statement, Scope scope, StringBuilder out) {
        return switch (statement) {
            case Statement.Text text -> write(text.text(), out);
            case Statement.Output output ->
                write(PythonText.str(evaluate(output.expression(), scope, output.line())), out);
            case Statement.If choice ->
                runAll(Values.isTrue(evaluate(choice.condition(), scope, choice.line())) ? choice.yes() : choice.no(),
                    scope, out);
            case Statement.For loop -> loop(loop, scope, out);
            case Statement.Set set -> {
                assign(set.target(), evaluate(set.value(), scope, set.line()), scope, set.line());
                yield Flow.ON;
            }
            case Statement.SetBlock set -> {
                String text = capture(set.body(), scope.inner());
                Object value = set.filter() == null ? text : chain(set.filter(), text, scope, set.line());
                assign(set.target(), value, scope, set.line());
                yield Flow.ON;
            }
            case Statement.Macro macro -> {
                scope.set(macro.name(), callable(macro, scope));
                yield Flow.ON;
            }
            case Statement.CallBlock block -> {
                Callable caller = callable(block.caller(), scope);
                Object text = located(block.line(), () -> Evaluator.call(block.call(), caller, scope));
                yield write(PythonText.str(text), out);
            }
            case Statement.FilterBlock block -> write(PythonText.str(
                chain(block.filter(), capture(block.body(), scope.inner()), scope, block.line())), out);
            case Statement.With with -> {
                Scope inner = scope.inner();
                for (int i = 0; i < with.targets().size(); i++) {
                    Object value = evaluate(with.values().get(i), scope, with.line());
                    assign(with.targets().get(i), value, inner, with.line());
                }
                yield runAll(with.body(), inner, out);
            }
            case Statement.Break stop -> Flow.BREAK;
            case Statement.Continue on -> Flow.CONTINUE;
        };
    }

    private Flow write(String text, StringBuilder out) {
        written += text.length();
        if (written > MOST_CHARACTERS) {
            throw new JinjaException("the template writes more than " + MOST_CHARACTERS + " characters");
        }
        out.append(text);
        return Flow.ON;
    }

    private String capture(List<Statement> body, Scope scope) {
        StringBuilder out = new StringBuilder();
        runAll(body, scope, out);
        return out.toString();
    }

    private Flow loop(Statement.For loop, Scope scope, StringBuilder out) {
        List<Object> items = located(loop.line(), () -> Values.items(Evaluator.evaluate(loop.over(), scope)));
        if (loop.filter() != null) {
            List<Object> kept = new ArrayList<>();
            for (Object item : items) {
                Scope inner = scope.inner();
                assign(loop.target(), item, inner, loop.line());
                if (Values.isTrue(evaluate(loop.filter(), inner, loop.line()))) {
                    kept.add(item);
                }
            }
            items = kept;
        }
        if (items.isEmpty()) {
            return runAll(loop.otherwise(), scope.inner(), out);
        }
        LoopState state = new LoopState(items, scope.get("loop") instanceof LoopState outer ? outer.depth() + 1 : 1);
        for (int i = 0; i < items.size(); i++) {
            state.moveTo(i);
            Scope inner = scope.inner();
            inner.set("loop", state);
            assign(loop.target(), items.get(i), inner, loop.line());
            if (runAll(loop.body(), inner, out) == Flow.BREAK) {
                break;
            }
        }
        return Flow.ON;
    }

    private static void assign(Target target, Object value, Scope scope, int line) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.Member member -> {
                if (!(scope.get(member.namespace()) instanceof Namespace namespace)) {
                    throw JinjaException.at(line, "'" + member.namespace() + "' is not a namespace: only members of one"
                        + " can be assigned");
                }
                namespace.members().put(member.name(), value);
            }
            case Target.Several several -> {
                Iterator<Object> values = located(line, () -> Values.unpack(value, several.targets().size()));
                several.targets().forEach(inner -> assign(inner, values.next(), scope, line));
            }
        }
    }

    private Callable callable(Statement.Macro macro, Scope defined) {
        return (positional, named) -> {
            if (++callDepth > DEEPEST_CALL) {
                throw JinjaException.at(macro.line(), "macro '" + macro.name() + "' calls itself too deep");
            }
            Scope scope = defined.inner();
            bind(macro, positional, named, scope);
            String text = capture(macro.body(), scope);
            callDepth--;
            return text;
        };
    }

    private static void bind(Statement.Macro macro, List<Object> positional, Map<String, Object> named, Scope scope) {
        List<String> parameters = macro.parameters();
        if (positional.size() > parameters.size()) {
            throw new JinjaException("macro '" + macro.name() + "' takes " + parameters.size() + " arguments, not "
                + positional.size());
        }
        for (String name : named.keySet()) {
            if (!parameters.contains(name) && !name.equals("caller")) {
                throw new JinjaException("macro '" + macro.name() + "' has no parameter '" + name + "'");
            }
        }
        if (named.containsKey("caller")) {
            scope.set("caller", named.get("caller"));
        }
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Expression otherwise = macro.defaults().get(i);
            Object value = i < positional.size() ? positional.get(i) : named.containsKey(name) ? named.get(name)
                : otherwise != null ? Evaluator.evaluate(otherwise, scope)
                : new Undefined("parameter '" + name + "' of macro '" + macro.name() + "'");
            scope.set(name, value);
        }
    }

    private static Object evaluate(Expression expression, Scope scope, int line) {
        return located(line, () -> Evaluator.evaluate(expression, scope));
    }

    private static Object chain(Expression filter, Object input, Scope scope, int line) {
        return located(line, () -> Evaluator.chain(filter, input, scope));
    }

    private static <T> T located(int line, Supplier<T> work) {
        try {
            return work.get();
        } catch (JinjaException e) {
            throw e.at(line);
        }
    }
}
