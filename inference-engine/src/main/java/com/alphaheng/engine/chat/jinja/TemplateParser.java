package com.alphaheng.engine.chat.jinja;

import com.alphaheng.engine.chat.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.List;

/// Parses the statements of a template.
final class TemplateParser {

    private static final int DEEPEST = 100;

    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private TemplateParser(List<Token> tokens) {
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        TemplateParser parser = new TemplateParser(TemplateLexer.tokens(source));
        List<Statement> body = new ArrayList<>();
        String end = parser.body(body);
        if (!end.isEmpty()) {
            throw JinjaException.at(parser.expressions.peek().line(), "unexpected '{% " + end + " %}'");
        }
        return body;
    }

    /// Parses statements up to the end of the template or a tag that does not begin a statement, and returns that
    /// tag's name, having consumed it; empty at the end of the template.
    private String body(List<Statement> out) {
        if (++depth > DEEPEST) {
            throw JinjaException.at(expressions.peek().line(), "statements are nested deeper than " + DEEPEST);
        }
        while (true) {
            Token token = expressions.next();
            switch (token.kind()) {
                case TEXT -> out.add(new Statement.Text(token.text()));
                case OUTPUT_BEGIN -> {
                    out.add(new Statement.Output(expressions.tuple(), token.line()));
                    expressions.expect(Token.Kind.OUTPUT_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    String name = expressions.expect(Token.Kind.NAME, "the name of a tag").text();
                    Statement statement = statement(name, token.line(), out);
                    if (statement == null) {
                        depth--;
                        return name;
                    }
                    out.add(statement);
                }
                case OUTPUT_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, SIGN, END -> {
                    depth--;
                    return "";
                }
            }
        }
    }

    /// The statement that a tag begins; null when the tag ends or continues one.
    private Statement statement(String name, int line, List<Statement> out) {
        return switch (name) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "filter" -> filterBlock(line);
            case "with" -> with(line);
            case "generation" -> {
                // transformers' extension marks what the model wrote, for training; rendering ignores it.
                endTag();
                List<Statement> body = new ArrayList<>();
                until(body, line, "generation", "endgeneration");
                out.addAll(body);
                yield new Statement.Text("");
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw JinjaException.at(line, "'" + name + "' stands outside a loop");
                }
                endTag();
                yield name.equals("break") ? new Statement.Break() : new Statement.Continue();
            }
            case "elif", "else", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith",
                "endgeneration" -> null;
            default -> throw JinjaException.at(line, "the tag '" + name + "' is not supported; there are: if, for, set,"
                + " macro, call, filter, with, raw, break, continue, generation");
        };
    }

    private void endTag() {
        expressions.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    /// Parses a body whose end must be one of `ends`; returns which. The end tag itself is closed only when it is not
    /// `elif`.
    private String until(List<Statement> body, int line, String opened, String... ends) {
        String end = body(body);
        if (!List.of(ends).contains(end)) {
            throw JinjaException.at(line, "'" + opened + "' is not closed: expected '" + String.join("' or '", ends)
                + "', found " + (end.isEmpty() ? "the end of the template" : "'" + end + "'"));
        }
        if (!end.equals("elif")) {
            endTag();
        }
        return end;
    }

    private Statement conditional(int line) {
        Expression condition = expressions.tuple();
        endTag();
        List<Statement> yes = new ArrayList<>();
        List<Statement> no = new ArrayList<>();
        switch (until(yes, line, "if", "elif", "else", "endif")) {
            case "elif" -> no.add(conditional(line));
            case "else" -> until(no, line, "if", "endif");
            default -> { /* endif: there is no other branch */ }
        }
        return new Statement.If(condition, yes, no, line);
    }

    private Statement loop(int line) {
        Target target = target(true);
        if (!expressions.skipName("in")) {
            throw expressions.unexpected("'in'");
        }
        Expression over = expressions.withoutConditional();
        Expression filter = expressions.skipName("if") ? expressions.expression() : null;
        if (expressions.peek().isName("recursive")) {
            throw JinjaException.at(line, "recursive loops are not supported");
        }
        endTag();
        List<Statement> body = new ArrayList<>();
        List<Statement> otherwise = new ArrayList<>();
        loops++;
        String end = until(body, line, "for", "else", "endfor");
        loops--;
        if (end.equals("else")) {
            until(otherwise, line, "for", "endfor");
        }
        return new Statement.For(target, over, filter, body, otherwise, line);
    }

    private Statement assignment(int line) {
        Target target = target(false);
        if (expressions.skipSign("=")) {
            Expression value = expressions.tuple();
            endTag();
            return new Statement.Set(target, value, line);
        }
        Expression filter = expressions.peek().isSign("|") ? expressions.filters(null) : null;
        endTag();
        List<Statement> body = new ArrayList<>();
        until(body, line, "set", "endset");
        return new Statement.SetBlock(target, filter, body, line);
    }

    private Target target(boolean ofLoop) {
        List<Target> targets = new ArrayList<>();
        do {
            if (!targets.isEmpty() && expressions.peek().isName("in")) {
                break;
            }
            targets.add(oneTarget(ofLoop));
        } while (expressions.skipSign(","));
        return targets.size() == 1 ? targets.getFirst() : new Target.Several(targets);
    }

    private Target oneTarget(boolean ofLoop) {
        if (expressions.skipSign("(")) {
            Target inner = target(ofLoop);
            expressions.expectSign(")");
            return inner;
        }
        String name = expressions.expect(Token.Kind.NAME, "a name to assign to").text();
        if (!ofLoop && expressions.skipSign(".")) {
            return new Target.Member(name, expressions.expect(Token.Kind.NAME, "a name after '.'").text());
        }
        return new Target.Variable(name);
    }

    private Statement.Macro macro(int line) {
        String name = expressions.expect(Token.Kind.NAME, "the name of the macro").text();
        return macroBody(name, line, "macro", "endmacro");
    }

    private Statement.Macro macroBody(String name, int line, String opened, String end) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        parameters(parameters, defaults);
        endTag();
        return new Statement.Macro(name, parameters, defaults, macroStatements(line, opened, end), line);
    }

    private List<Statement> macroStatements(int line, String opened, String end) {
        List<Statement> body = new ArrayList<>();
        int outside = loops;
        loops = 0;
        until(body, line, opened, end);
        loops = outside;
        return body;
    }

    private void parameters(List<String> names, List<Expression> defaults) {
        expressions.expectSign("(");
        while (!expressions.skipSign(")")) {
            if (!names.isEmpty()) {
                expressions.expectSign(",");
            }
            names.add(expressions.expect(Token.Kind.NAME, "the name of a parameter").text());
            defaults.add(expressions.skipSign("=") ? expressions.expression() : null);
        }
    }

    private Statement callBlock(int line) {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        if (expressions.peek().isSign("(")) {
            parameters(parameters, defaults);
        }
        Expression called = expressions.expression();
        if (!(called instanceof Expression.Call call)) {
            throw JinjaException.at(line, "'call' needs the call of a macro");
        }
        endTag();
        List<Statement> body = macroStatements(line, "call", "endcall");
        return new Statement.CallBlock(call, new Statement.Macro("caller", parameters, defaults, body, line), line);
    }

    private Statement filterBlock(int line) {
        Expression filter = expressions.filters(null);
        endTag();
        List<Statement> body = new ArrayList<>();
        until(body, line, "filter", "endfilter");
        return new Statement.FilterBlock(filter, body, line);
    }

    private Statement with(int line) {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (expressions.peek().kind() != Token.Kind.BLOCK_END) {
            if (!targets.isEmpty()) {
                expressions.expectSign(",");
            }
            targets.add(oneTarget(true));
            expressions.expectSign("=");
            values.add(expressions.expression());
        }
        endTag();
        List<Statement> body = new ArrayList<>();
        until(body, line, "with", "endwith");
        return new Statement.With(targets, values, body, line);
    }
}
