package com.alphaheng.engine.chat.jinja;

import java.util.List;
import java.util.Map;

/// A parsed template. Immutable; renderings do not disturb one another.
public final class Template {

    /// A character that callers may put into values to mark places in the output: `tojson` leaves it as it is. It
    /// is a noncharacter of Unicode, so no text holds it.
    public static final char GUARD = '\uFDD0';

    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /// @throws JinjaException saying at which line the template is wrong, or asks for what is not supported
    public static Template parse(String source) {
        return new Template(TemplateParser.parse(source));
    }

    /// Renders the template.
    ///
    /// @param variables null, Boolean, Long, Double, String, List and Map values by name
    /// @throws JinjaException when an operation fails, or the template calls `raise_exception`
    public String render(Map<String, ?> variables) {
        Scope globals = Scope.of(Globals.all());
        Scope scope = globals.inner();
        variables.forEach(scope::set);
        StringBuilder out = new StringBuilder();
        new Renderer().run(statements, scope, out);
        return out.toString();
    }
}
