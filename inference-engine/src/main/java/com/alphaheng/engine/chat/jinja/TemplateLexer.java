package com.alphaheng.engine.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Splits a template into tokens, with Jinja2's white space control: `-` strips, `+` keeps, one newline after a block
/// or comment goes (`trim_blocks`), and so does the white space before a block that begins its line
/// (`lstrip_blocks`).
final class TemplateLexer {

    private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}");
    private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
    private static final Pattern NUMBER = Pattern.compile(
        "(\\d[\\d_]*\\.\\d[\\d_]*(?:[eE][+-]?\\d+)?|\\d[\\d_]*[eE][+-]?\\d+)|(0[xX][0-9a-fA-F]+|\\d[\\d_]*)");
    private static final List<String> SIGNS = List.of("//", "**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~",
        "<", ">", "=", ".", ",", ":", "|", "(", ")", "[", "]", "{", "}");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    /// True when what was consumed last ended its line.
    private boolean lineStarting = true;
    private int line = 1;
    private int lineCountedTo;

    private TemplateLexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String source) {
        String unified = source.replace("\r\n", "\n").replace('\r', '\n');
        // Jinja2 drops the file's last newline (keep_trailing_newline is off).
        TemplateLexer lexer = new TemplateLexer(unified.endsWith("\n")
            ? unified.substring(0, unified.length() - 1) : unified);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                add(Token.Kind.TEXT, source.substring(at));
                at = source.length();
                break;
            }
            char mark = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            boolean output = source.startsWith("{{", tag);
            text(tag, mark, !output);
            at = tag;
            Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
            if (source.startsWith("{#", tag)) {
                comment();
            } else if (raw.lookingAt()) {
                raw(raw);
            } else {
                tag(output, mark);
            }
        }
        add(Token.Kind.END, "");
    }

    private int nextTag() {
        for (int brace = source.indexOf('{', at); brace >= 0; brace = source.indexOf('{', brace + 1)) {
            char next = brace + 1 < source.length() ? source.charAt(brace + 1) : ' ';
            if (next == '{' || next == '%' || next == '#') {
                return brace;
            }
        }
        return -1;
    }

    /// The text up to a tag, as the tag's mark and `lstrip_blocks` leave it.
    private void text(int end, char mark, boolean block) {
        String text = source.substring(at, end);
        if (mark == '-') {
            text = text.stripTrailing();
        } else if (mark != '+' && block) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting) && text.substring(lineStart).isBlank()) {
                text = text.substring(0, lineStart);
            }
        }
        if (!text.isEmpty()) {
            add(Token.Kind.TEXT, text);
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at + 2);
        if (end < 0) {
            throw JinjaException.at(line(at), "a comment is not closed: '#}' is missing");
        }
        consume(end + 2, source.charAt(end - 1), true);
    }

    private void raw(Matcher begin) {
        int start = begin.end();
        if (begin.group(2).equals("-")) {
            start = afterBlanks(start);
        }
        Matcher end = RAW_END.matcher(source);
        if (!end.find(start)) {
            throw JinjaException.at(line(at), "'raw' is not closed: '{% endraw %}' is missing");
        }
        at = start;
        lineStarting = source.charAt(start - 1) == '\n';
        text(end.start(), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true);
        consume(end.end(), end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    /// Moves behind a tag that ends at `end` with this mark.
    private void consume(int end, char mark, boolean block) {
        at = end;
        if (mark == '-') {
            at = afterBlanks(end);
        } else if (mark != '+' && block && at < source.length() && source.charAt(at) == '\n') {
            at++;
        }
        lineStarting = source.charAt(at - 1) == '\n';
    }

    private int afterBlanks(int from) {
        int index = from;
        while (index < source.length() && Character.isWhitespace(source.charAt(index))) {
            index++;
        }
        return index;
    }

    private void tag(boolean output, char mark) {
        int opened = line(at);
        add(output ? Token.Kind.OUTPUT_BEGIN : Token.Kind.BLOCK_BEGIN, "");
        String end = output ? "}}" : "%}";
        at += mark == '-' || mark == '+' ? 3 : 2;
        // A '}}' inside brackets closes brackets, not the tag.
        int open = 0;
        while (true) {
            at = afterBlanks(at);
            if (at >= source.length()) {
                throw JinjaException.at(opened, "a tag is not closed: '" + end + "' is missing");
            }
            if (open == 0) {
                char sign = source.charAt(at);
                boolean marked = (sign == '-' || sign == '+' && !output) && source.startsWith(end, at + 1);
                if (marked || source.startsWith(end, at)) {
                    add(output ? Token.Kind.OUTPUT_END : Token.Kind.BLOCK_END, "");
                    consume(at + (marked ? 3 : 2), marked ? sign : ' ', !output);
                    return;
                }
            }
            open += inner();
        }
    }

    /// Adds one token of an expression; returns by how much brackets are deeper after it.
    private int inner() {
        char first = source.charAt(at);
        if (first == '"' || first == '\'') {
            string(first);
            return 0;
        }
        if (Character.isLetter(first) || first == '_') {
            int end = at;
            while (end < source.length() && (Character.isLetterOrDigit(source.charAt(end))
                || source.charAt(end) == '_')) {
                end++;
            }
            add(Token.Kind.NAME, source.substring(at, end));
            at = end;
            return 0;
        }
        Matcher number = NUMBER.matcher(source).region(at, source.length());
        if (number.lookingAt()) {
            add(number.group(1) == null ? Token.Kind.INTEGER : Token.Kind.FLOAT, number.group().replace("_", ""));
            at = number.end();
            return 0;
        }
        for (String sign : SIGNS) {
            if (source.startsWith(sign, at)) {
                add(Token.Kind.SIGN, sign);
                at += sign.length();
                return "([{".contains(sign) ? 1 : ")]}".contains(sign) ? -1 : 0;
            }
        }
        throw JinjaException.at(line(at), "unexpected character '" + first + "'");
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw JinjaException.at(line(at), "a string is not closed: " + quote + " is missing");
        }
        add(Token.Kind.STRING, unescaped(source.substring(at + 1, end)));
        at = end + 1;
    }

    /// Python's escapes; an unknown one stays as it is.
    private String unescaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter != '\\' || i + 1 == text.length()) {
                out.append(letter);
                continue;
            }
            char escape = text.charAt(++i);
            int known = "nrtbfav0\\'\"".indexOf(escape);
            int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
            if (known >= 0) {
                out.append("\n\r\t\b\f\u0007\u000b\0\\'\"".charAt(known));
            } else if (digits > 0) {
                if (i + digits >= text.length() || !text.substring(i + 1, i + 1 + digits).matches("[0-9a-fA-F]+")) {
                    throw JinjaException.at(line(at), "'\\" + escape + "' needs " + digits + " hexadecimal digits");
                }
                out.appendCodePoint(Integer.parseInt(text.substring(i + 1, i + 1 + digits), 16));
                i += digits;
            } else if (escape != '\n') {
                out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private void add(Token.Kind kind, String text) {
        tokens.add(new Token(kind, text, line(at)));
    }

    private int line(int index) {
        for (; lineCountedTo < Math.min(index, source.length()); lineCountedTo++) {
            if (source.charAt(lineCountedTo) == '\n') {
                line++;
            }
        }
        return line;
    }
}
