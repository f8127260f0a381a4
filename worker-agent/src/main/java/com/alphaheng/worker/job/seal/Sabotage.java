package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes changed code fail, so that checks which still pass prove that it does not run.
///
/// Works on the text of languages with braces: finds the functions that hold changed lines and puts a failure at their
/// start. A function with a loop does the work and must be executed by itself; functions without one (messages,
/// argument checks, dispatch) are made to fail together.
public final class Sabotage {
    private static final Pattern FUNCTION_HEAD = Pattern.compile(
            "(?s).*?(\\w+)\\s*\\([^;{}]*\\)\\s*(throws\\s+[\\w.,\\s]+)?(const\\s*)?$");
    private static final Set<String> NO_FUNCTIONS = Set.of("if", "for", "while", "switch", "catch", "synchronized",
            "try");
    private static final Pattern LOOP = Pattern.compile("\\b(for|while|do)\\b|\\.forEach|\\.range\\(");

    private Sabotage() {
    }

    /// One way to make a file fail.
    ///
    /// @param what    names the function, for reports
    /// @param content the whole file, changed
    public record Variant(String path, String what, String content) {
    }

    private record Function(String name, int open, int close, int firstLine, int lastLine, boolean loops) {
    }

    /// The variants that must each make the checks fail; empty if the file offers no place to do it.
    public static List<Variant> of(String path, String content, Set<Integer> changedLines) {
        if (!path.endsWith(".java") && !path.endsWith(".metal") && !compiledC(path)) {
            return List.of(new Variant(path, "the whole file", "sabotaged by the worker\n"));
        }
        String blanked = PlainCode.blanked(path, content);
        String bare = path.endsWith(".java") ? blanked : withoutDirectives(blanked);
        List<Function> touched = functions(bare).stream().filter(function -> changedLines.stream()
                .anyMatch(line -> line >= function.firstLine && line <= function.lastLine)).toList();
        List<Variant> variants = new ArrayList<>();
        List<Function> together = new ArrayList<>();
        for (Function function : touched) {
            if (function.loops) {
                variants.add(new Variant(path, function.name, inject(path, content, List.of(function))));
            } else {
                together.add(function);
            }
        }
        if (variants.isEmpty() && !together.isEmpty()) {
            String names = String.join(", ", together.stream().map(Function::name).toList());
            variants.add(new Variant(path, names, inject(path, content, together)));
        }
        if (variants.isEmpty() && path.endsWith(".java")) {
            variants.addAll(initialiser(path, content, bare, changedLines));
        }
        return variants;
    }

    private static boolean compiledC(String path) {
        return path.endsWith(".c") || path.endsWith(".h") || path.endsWith(".cu");
    }

    private static String inject(String path, String content, List<Function> functions) {
        String failure = path.endsWith(".java")
                ? " if (Boolean.TRUE.booleanValue()) { throw new AssertionError(\"sabotaged by the worker\"); } "
                // A kernel on a GPU cannot trap; C can, and needs no value to return.
                : compiledC(path) ? " if (1) { __builtin_trap(); } " : " if (1) { return; } ";
        StringBuilder text = new StringBuilder(content);
        for (Function function : functions.reversed()) {
            text.insert(function.open + 1, failure);
        }
        return text.toString();
    }

    /// A changed constant: the class that holds it must not come up.
    private static List<Variant> initialiser(String path, String content, String bare, Set<Integer> changedLines) {
        int line = 1;
        int depth = 0;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == ';' && depth == 1 && changedLines.contains(line)) {
                return List.of(new Variant(path, "the field in line " + line, content.substring(0, i + 1)
                        + " static { if (Boolean.TRUE.booleanValue()) { throw new AssertionError(\"sabotaged by the "
                        + "worker\"); } }" + content.substring(i + 1)));
            }
            line += c == '\n' ? 1 : 0;
        }
        return List.of();
    }

    private static List<Function> functions(String bare) {
        List<Function> found = new ArrayList<>();
        int statement = 0;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            if (c == '{') {
                Matcher head = FUNCTION_HEAD.matcher(bare.substring(statement, i));
                if (head.matches() && !NO_FUNCTIONS.contains(head.group(1))
                        && !bare.substring(statement, i).matches("(?s).*(\\b(new|record)\\b|=).*")) {
                    int close = closing(bare, i);
                    found.add(new Function(head.group(1), i, close, line(bare, statement + leading(bare, statement)),
                            line(bare, close), LOOP.matcher(bare.substring(i, close)).find()));
                }
                statement = i + 1;
            } else if (c == ';' && parentheses(bare, statement, i) == 0 || c == '}') {
                statement = i + 1;
            }
        }
        return found;
    }

    private static int leading(String text, int from) {
        int i = from;
        while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        return i - from;
    }

    private static int parentheses(String text, int from, int to) {
        int open = 0;
        for (int i = from; i < to; i++) {
            open += text.charAt(i) == '(' ? 1 : text.charAt(i) == ')' ? -1 : 0;
        }
        return open;
    }

    private static int closing(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return text.length() - 1;
    }

    private static int line(String text, int position) {
        return 1 + (int) text.substring(0, position).chars().filter(c -> c == '\n').count();
    }

    /// Preprocessor lines, also continued ones, replaced by blanks: they belong to no statement.
    private static String withoutDirectives(String text) {
        return Pattern.compile("(?m)^[ \\t]*#(?:.*\\\\\n)*.*$").matcher(text)
                .replaceAll(match -> match.group().replaceAll("[^\n]", " "));
    }
}
