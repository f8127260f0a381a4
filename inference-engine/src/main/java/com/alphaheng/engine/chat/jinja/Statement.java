package com.alphaheng.engine.chat.jinja;

import java.util.List;

/// A statement of a template.
sealed interface Statement {

    record Text(String text) implements Statement { }

    record Output(Expression expression, int line) implements Statement { }

    record If(Expression condition, List<Statement> yes, List<Statement> no, int line) implements Statement { }

    /// @param filter null when there is no `if` behind the loop's list
    record For(Target target, Expression over, Expression filter, List<Statement> body, List<Statement> otherwise,
               int line) implements Statement { }

    record Set(Target target, Expression value, int line) implements Statement { }

    /// `{% set target | filter %}body{% endset %}`; `filter` has no input, or is null.
    record SetBlock(Target target, Expression filter, List<Statement> body, int line) implements Statement { }

    record Macro(String name, List<String> parameters, List<Expression> defaults, List<Statement> body, int line)
        implements Statement { }

    /// `{% call(parameters) call %}body{% endcall %}`: the macro called may call `caller`.
    record CallBlock(Expression.Call call, Macro caller, int line) implements Statement { }

    record FilterBlock(Expression filter, List<Statement> body, int line) implements Statement { }

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement { }

    record Break() implements Statement { }

    record Continue() implements Statement { }

    /// What a value is assigned to.
    sealed interface Target {

        record Variable(String name) implements Target { }

        record Member(String namespace, String name) implements Target { }

        record Several(List<Target> targets) implements Target { }
    }
}
