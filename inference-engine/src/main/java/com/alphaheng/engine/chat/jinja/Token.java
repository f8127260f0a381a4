package com.alphaheng.engine.chat.jinja;

/// A lexical token of a template.
///
/// @param kind what it is
/// @param text its content: unescaped for strings, the name or sign for others
/// @param line line in the template, from 1
record Token(Kind kind, String text, int line) {

    enum Kind { TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, NAME, STRING, INTEGER, FLOAT, SIGN, END }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isSign(String sign) {
        return kind == Kind.SIGN && text.equals(sign);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case END -> "the end of the template";
            case TEXT -> "text";
            case OUTPUT_END -> "'}}'";
            case BLOCK_END -> "'%}'";
            case OUTPUT_BEGIN -> "'{{'";
            case BLOCK_BEGIN -> "'{%'";
            case NAME, STRING, INTEGER, FLOAT, SIGN -> "'" + text + "'";
        };
    }
}
