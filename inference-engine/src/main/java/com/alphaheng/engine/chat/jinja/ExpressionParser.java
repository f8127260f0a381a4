package com.alphaheng.engine.chat.jinja;

import com.alphaheng.engine.chat.jinja.Expression.Arguments;
import com.alphaheng.engine.chat.jinja.Expression.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Parses expressions by recursive descent, with Jinja2's precedence: conditional, or, and, not, comparisons, + and
/// -, ~, * / // %, **, sign, then attributes, calls, filters and tests.
final class ExpressionParser {

    private static final Map<String, Operator> COMPARISONS = Map.of("==", Operator.EQUAL, "!=", Operator.UNEQUAL,
        "<", Operator.LESS, "<=", Operator.LESS_OR_EQUAL, ">", Operator.GREATER, ">=", Operator.GREATER_OR_EQUAL);
    private static final int DEEPEST = 200;

    private final List<Token> tokens;
    private int at;
    private int depth;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    private Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    boolean skipName(String name) {
        return skip(peek().isName(name));
    }

    boolean skipSign(String sign) {
        return skip(peek().isSign(sign));
    }

    private boolean skip(boolean there) {
        if (there) {
            at++;
        }
        return there;
    }

    void expectSign(String sign) {
        if (!skipSign(sign)) {
            throw unexpected("'" + sign + "'");
        }
    }

    Token expect(Token.Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    JinjaException unexpected(String expected) {
        return JinjaException.at(peek().line(), "expected " + expected + ", found " + peek());
    }

    /// An expression, or several with commas between them, which make a tuple.
    Expression tuple() {
        Expression first = expression();
        if (!peek().isSign(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (skipSign(",")) {
            if (endsTuple()) {
                break;
            }
            items.add(expression());
        }
        return new Expression.TupleOf(items);
    }

    private boolean endsTuple() {
        Token token = peek();
        return token.kind() == Token.Kind.OUTPUT_END || token.kind() == Token.Kind.BLOCK_END || token.isSign(")")
            || token.isName("if");
    }

    Expression expression() {
        if (++depth > DEEPEST) {
            throw JinjaException.at(peek().line(), "an expression is nested deeper than " + DEEPEST);
        }
        Expression value = or();
        while (skipName("if")) {
            Expression condition = or();
            value = new Expression.Conditional(condition, value, skipName("else") ? expression() : null);
        }
        depth--;
        return value;
    }

    /// An expression whose own `if` would be taken for the filter of a loop.
    Expression withoutConditional() {
        Expression first = or();
        if (!peek().isSign(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (skipSign(",") && !endsTuple()) {
            items.add(or());
        }
        return new Expression.TupleOf(items);
    }

    private Expression or() {
        Expression left = and();
        while (skipName("or")) {
            left = new Expression.Binary(Operator.OR, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (skipName("and")) {
            left = new Expression.Binary(Operator.AND, left, not());
        }
        return left;
    }

    private Expression not() {
        if (peek().isName("not") && !peekSecond().isName("in")) {
            next();
            return new Expression.Unary(Operator.NOT, not());
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = sum();
        List<Operator> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            Operator operator = peek().kind() == Token.Kind.SIGN ? COMPARISONS.get(peek().text()) : null;
            if (operator != null) {
                next();
            } else if (skipName("in")) {
                operator = Operator.IN;
            } else if (peek().isName("not") && peekSecond().isName("in")) {
                next();
                next();
                operator = Operator.NOT_IN;
            } else {
                break;
            }
            operators.add(operator);
            operands.add(sum());
        }
        return operators.isEmpty() ? first : new Expression.Comparison(first, operators, operands);
    }

    private Expression sum() {
        Expression left = concatenation();
        while (true) {
            if (skipSign("+")) {
                left = new Expression.Binary(Operator.ADD, left, concatenation());
            } else if (skipSign("-")) {
                left = new Expression.Binary(Operator.SUBTRACT, left, concatenation());
            } else {
                return left;
            }
        }
    }

    private Expression concatenation() {
        Expression left = product();
        while (skipSign("~")) {
            left = new Expression.Binary(Operator.CONCATENATE, left, product());
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (true) {
            Operator operator = skipSign("*") ? Operator.MULTIPLY : skipSign("/") ? Operator.DIVIDE
                : skipSign("//") ? Operator.FLOOR_DIVIDE : skipSign("%") ? Operator.REMAINDER : null;
            if (operator == null) {
                return left;
            }
            left = new Expression.Binary(operator, left, power());
        }
    }

    private Expression power() {
        Expression left = signed(true);
        while (skipSign("**")) {
            left = new Expression.Binary(Operator.POWER, left, signed(true));
        }
        return left;
    }

    private Expression signed(boolean withFilters) {
        Expression value;
        if (skipSign("-")) {
            value = new Expression.Unary(Operator.NEGATE, signed(false));
        } else if (skipSign("+")) {
            value = new Expression.Unary(Operator.PLUS, signed(false));
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = next();
        return switch (token.kind()) {
            case NAME -> switch (token.text()) {
                case "true", "True" -> new Expression.Literal(true);
                case "false", "False" -> new Expression.Literal(false);
                case "none", "None" -> new Expression.Literal(null);
                default -> new Expression.Name(token.text());
            };
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (peek().kind() == Token.Kind.STRING) {
                    text.append(next().text());
                }
                yield new Expression.Literal(text.toString());
            }
            case INTEGER -> new Expression.Literal(integer(token));
            case FLOAT -> new Expression.Literal(Double.valueOf(token.text()));
            case SIGN -> switch (token.text()) {
                case "(" -> parenthesis();
                case "[" -> new Expression.ListOf(items("]"));
                case "{" -> dict();
                default -> throw JinjaException.at(token.line(), "expected an expression, found " + token);
            };
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw JinjaException.at(token.line(), "expected an expression, found " + token);
        };
    }

    private static Long integer(Token token) {
        try {
            return Long.decode(token.text().matches("0[xX].*") ? token.text()
                : token.text().replaceFirst("^0+(?=\\d)", ""));
        } catch (NumberFormatException e) {
            throw JinjaException.at(token.line(), "the number " + token.text() + " needs more than 64 bits");
        }
    }

    private Expression parenthesis() {
        if (skipSign(")")) {
            return new Expression.TupleOf(List.of());
        }
        Expression inner = tuple();
        expectSign(")");
        return inner;
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!skipSign(end)) {
            if (!items.isEmpty()) {
                expectSign(",");
                if (skipSign(end)) {
                    break;
                }
            }
            items.add(expression());
        }
        return items;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!skipSign("}")) {
            if (!keys.isEmpty()) {
                expectSign(",");
                if (skipSign("}")) {
                    break;
                }
            }
            keys.add(expression());
            expectSign(":");
            values.add(expression());
        }
        return new Expression.DictOf(keys, values);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            if (skipSign(".")) {
                Token name = next();
                value = switch (name.kind()) {
                    case NAME -> new Expression.Attribute(value, name.text());
                    case INTEGER -> new Expression.Item(value, new Expression.Literal(integer(name)));
                    case TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, STRING, FLOAT, SIGN, END ->
                        throw JinjaException.at(name.line(), "expected a name after '.', found " + name);
                };
            } else if (skipSign("[")) {
                value = subscript(value);
            } else if (peek().isSign("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression of) {
        Expression start = peek().isSign(":") ? null : tuple();
        if (skipSign("]")) {
            return new Expression.Item(of, start);
        }
        expectSign(":");
        Expression stop = peek().isSign(":") || peek().isSign("]") ? null : expression();
        Expression step = skipSign(":") && !peek().isSign("]") ? expression() : null;
        expectSign("]");
        return new Expression.Slice(of, start, stop, step);
    }

    private Arguments arguments() {
        expectSign("(");
        List<Expression> positional = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<Expression> named = new ArrayList<>();
        while (!skipSign(")")) {
            if (!positional.isEmpty() || !names.isEmpty()) {
                expectSign(",");
                if (skipSign(")")) {
                    break;
                }
            }
            if (peek().kind() == Token.Kind.NAME && peekSecond().isSign("=")) {
                names.add(next().text());
                next();
                named.add(expression());
            } else if (names.isEmpty()) {
                positional.add(expression());
            } else {
                throw JinjaException.at(peek().line(), "an argument without a name follows one with a name");
            }
        }
        return new Arguments(positional, names, named);
    }

    /// Filters and tests behind a value; null as the value makes the head of a filter block.
    Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            if (value == null && start == null && peek().kind() == Token.Kind.NAME || skipSign("|")) {
                Token name = expect(Token.Kind.NAME, "the name of a filter");
                Filters.require(name.text(), name.line());
                Arguments arguments = peek().isSign("(") ? arguments() : Arguments.NONE;
                value = new Expression.Filter(value, name.text(), arguments);
            } else if (value != null && skipName("is")) {
                value = test(value);
            } else if (value != null && peek().isSign("(")) {
                value = new Expression.Call(value, arguments());
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression value) {
        boolean negated = skipName("not");
        Token name = expect(Token.Kind.NAME, "the name of a test");
        Tests.require(name.text(), name.line());
        Arguments arguments = Arguments.NONE;
        if (peek().isSign("(")) {
            arguments = arguments();
        } else if (startsTestArgument(peek())) {
            arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of());
        }
        Expression test = new Expression.Test(value, name.text(), arguments);
        return negated ? new Expression.Unary(Operator.NOT, test) : test;
    }

    private static boolean startsTestArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !List.of("else", "or", "and", "is", "if", "in", "not").contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case SIGN -> token.isSign("[") || token.isSign("{");
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }
}
