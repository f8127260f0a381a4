package com.alphaheng.worker.job.seal;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Source text as its compiler reads it: escapes stand for their characters, lines that end in a backslash go on, and
/// comments are blanks. So nothing hides behind the way it is written, and nothing that is only said counts.
final class PlainCode {
    private static final Pattern JAVA = Pattern.compile(".*\\.(java|kt|scala|groovy)");
    private static final Pattern C = Pattern.compile(".*\\.(c|h|cc|cpp|hpp|cu|cuh|m|mm|metal)");
    private static final Pattern SCRIPT_COMMENT = Pattern.compile("\\s*(//.*|/\\*.*\\*/|/\\*.*|\\*.*|#.*)?\\s*");
    /// Java reads these before it does anything else, also inside comments.
    private static final Pattern ESCAPE = Pattern.compile("\\\\(\\\\|u+([0-9a-fA-F]{4}))");
    private static final Pattern SPLICE = Pattern.compile("\\\\[ \\t]*\\r?\\n");
    /// Comments as group 1, and what is taken whole: text blocks, strings, characters. Lines end at a carriage return,
    /// too, and quotes within a text block may be escaped.
    private static final Pattern JAVA_TOKEN = Pattern.compile(
            "(?s)(//[^\n\r]*|/\\*.*?(?:\\*/|$))|\"\"\"[^\\\\]*?(?:\\\\.[^\\\\]*?)*?\"\"\""
            + "|\"(?:\\\\.|[^\"\\\\\n\r])*\"|'(?:\\\\.|[^'\\\\\n\r])*'");
    /// Raw strings end where they say, and what parts the digits of a number begins no character.
    private static final Pattern C_TOKEN = Pattern.compile(
            "(?s)(//[^\n\r]*|/\\*.*?(?:\\*/|$))|R\"([^()\\\\\\s]{0,16})\\(.*?\\)\\2\"|(?<!\\w)\\d[\\w.]*(?:'[\\w.]+)+"
            + "|\"(?:\\\\.|[^\"\\\\\n\r])*\"|'(?:\\\\.|[^'\\\\\n\r])*'");

    private final String text;
    /// Of each character of the text, from 1.
    private final int[] lines;
    private final boolean script;

    private PlainCode(String text, int[] lines, boolean script) {
        this.text = text;
        this.lines = lines;
        this.script = script;
    }

    static boolean isJava(String path) {
        return JAVA.matcher(path).matches();
    }

    static boolean isC(String path) {
        return C.matcher(path).matches();
    }

    static PlainCode of(String path, String content) {
        StringBuilder text = new StringBuilder();
        int[] lines = new int[content.length()];
        Matcher special = isJava(path) ? ESCAPE.matcher(content) : isC(path) ? SPLICE.matcher(content) : null;
        int line = 1;
        int next = 0;
        while (next < content.length()) {
            boolean found = special != null && special.find(next);
            int end = found ? special.start() : content.length();
            line = copied(content.substring(next, end), text, lines, line);
            next = end;
            if (found) {
                if (isC(path)) {
                    line++;
                } else {
                    String hex = special.group(2);
                    // Also one that stands for a line's end is in the line where it is written.
                    copied(hex == null ? special.group() : String.valueOf((char) Integer.parseInt(hex, 16)), text,
                            lines, line);
                }
                next = special.end();
            }
        }
        if (special == null) {
            return new PlainCode(text.toString(), lines, true);
        }
        Pattern token = isJava(path) ? JAVA_TOKEN : C_TOKEN;
        String bare = token.matcher(text).replaceAll(match -> Matcher.quoteReplacement(match.group(1) == null
                ? match.group() : match.group().replaceAll("[^\n]", " ")));
        return new PlainCode(bare, lines, false);
    }

    /// The same text with blanks instead of comments and of everything that is quoted.
    static String blanked(String path, String content) {
        return (isJava(path) ? JAVA_TOKEN : C_TOKEN).matcher(content).replaceAll(match ->
                match.group().replaceAll("[^\n]", " "));
    }

    private static int copied(String part, StringBuilder text, int[] lines, int from) {
        int line = from;
        for (int i = 0; i < part.length(); i++) {
            lines[text.length()] = line;
            text.append(part.charAt(i));
            line += part.charAt(i) == '\n' ? 1 : 0;
        }
        return line;
    }

    /// The first line of a match that, with what follows it next, reaches into one of these lines: a word may stand in
    /// a line and what is called of it in another.
    Optional<Integer> find(Pattern pattern, Set<Integer> wanted) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            int end = matcher.end();
            while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
                end++;
            }
            for (int i = matcher.start(); i <= end && i < text.length(); i++) {
                if (wanted.contains(lines[i])) {
                    return Optional.of(lines[i]);
                }
            }
        }
        return Optional.empty();
    }

    /// The first group of the first match.
    Optional<String> first(Pattern pattern) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// The numbers of lines that hold more than comments and blanks.
    Set<Integer> codeLines() {
        Set<Integer> found = new TreeSet<>();
        if (script) {
            int number = 1;
            for (String line : text.split("\n", -1)) {
                if (!SCRIPT_COMMENT.matcher(line).matches()) {
                    found.add(number);
                }
                number++;
            }
            return found;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isWhitespace(text.charAt(i))) {
                found.add(lines[i]);
            }
        }
        return found;
    }
}
