package com.alphaheng.engine.chat.jinja;

/// A template that cannot be parsed or rendered: says at which line and why.
public final class JinjaException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int line;

    JinjaException(String problem) {
        super(problem);
        this.line = 0;
    }

    private JinjaException(int line, JinjaException cause) {
        super("line " + line + ": " + cause.getMessage(), cause);
        this.line = line;
    }

    static JinjaException at(int line, String problem) {
        return new JinjaException(line, new JinjaException(problem));
    }

    /// The same failure with its line, unless it has one already.
    JinjaException at(int place) {
        return line > 0 ? this : new JinjaException(place, this);
    }
}
