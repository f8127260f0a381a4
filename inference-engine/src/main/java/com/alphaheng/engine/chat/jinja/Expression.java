package com.alphaheng.engine.chat.jinja;

import java.util.List;

/// An expression of a template.
sealed interface Expression {

    record Literal(Object value) implements Expression { }

    record Name(String name) implements Expression { }

    record ListOf(List<Expression> items) implements Expression { }

    record TupleOf(List<Expression> items) implements Expression { }

    record DictOf(List<Expression> keys, List<Expression> values) implements Expression { }

    record Attribute(Expression of, String name) implements Expression { }

    record Item(Expression of, Expression key) implements Expression { }

    /// `of[start:stop:step]`; a part left out is null.
    record Slice(Expression of, Expression start, Expression stop, Expression step) implements Expression { }

    record Call(Expression function, Arguments arguments) implements Expression { }

    /// `input | name(arguments)`; the input is null at the head of a filter block.
    record Filter(Expression input, String name, Arguments arguments) implements Expression { }

    /// `input is name arguments`
    record Test(Expression input, String name, Arguments arguments) implements Expression { }

    record Unary(Operator operator, Expression of) implements Expression { }

    record Binary(Operator operator, Expression left, Expression right) implements Expression { }

    /// `first op operand op operand ...`: true when every neighbouring pair compares so.
    record Comparison(Expression first, List<Operator> operators, List<Expression> operands) implements Expression { }

    /// `yes if condition else no`; `no` is null when left out.
    record Conditional(Expression condition, Expression yes, Expression no) implements Expression { }

    record Arguments(List<Expression> positional, List<String> names, List<Expression> named) {

        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of());
    }

    /// The operators, with their spelling for errors.
    enum Operator {
        OR("or"), AND("and"), NOT("not"), EQUAL("=="), UNEQUAL("!="), LESS("<"), LESS_OR_EQUAL("<="), GREATER(">"),
        GREATER_OR_EQUAL(">="), IN("in"), NOT_IN("not in"), ADD("+"), SUBTRACT("-"), CONCATENATE("~"), MULTIPLY("*"),
        DIVIDE("/"), FLOOR_DIVIDE("//"), REMAINDER("%"), POWER("**"), NEGATE("-"), PLUS("+");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        @Override
        public String toString() {
            return sign;
        }
    }
}
