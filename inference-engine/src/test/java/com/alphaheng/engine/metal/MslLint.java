package com.alphaheng.engine.metal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads `.metal` files for what Apple's compiler refuses, or is known to get wrong, and a C++ compiler takes. Rules on
/// kernels' parameters and on function constants are the soft Metal's own (`rules.cpp`): it refuses such a source.
final class MslLint {
    private static final String TYPE = "(?:bool|char|uchar|short|ushort|int|uint|long|ulong|half|float|void|half[24]|"
            + "float[234]|uint[234]|simdgroup_float8x8|\\w+Arguments)";
    private static final Pattern FUNCTION = Pattern.compile(
            "(?:inline|kernel)\\s+[\\w:<> ]+?\\s(\\w+)\\(([^{]*)\\)\\s*\\{");
    private static final Pattern STRUCT = Pattern.compile("struct (\\w+) \\{");
    /// A pointer or reference of one of our types: in a declaration or a cast.
    private static final Pattern POINTER = Pattern.compile("([\\w ]*?)\\b" + TYPE + "(?: const)?\\s*[*&]+\\s*[\\w)]");
    private static final Pattern ADDRESS_SPACE = Pattern.compile("\\b(device|constant|threadgroup|thread)\\b");
    private static final Pattern DECLARED = Pattern.compile("\\b" + TYPE + "[ *&]+(\\w+)\\s*[=;,)\\[({]");
    /// Not in the language (specification, sections 1.4 and 2), or not in the version asked for (bfloat: 3.1).
    private static final Map<String, String> FORBIDDEN = Map.of("\\bdouble\\b", "double",
            "\\batomic_u?long\\b|\\batomic<\\s*u?long", "64-bit atomics", "\\bbfloat\\w*\\b", "bfloat",
            "\\b(goto|new|delete|try|throw|virtual|typeid|dynamic_cast|thread_local|register)\\b",
            "a word that the language leaves out", "\\bstd::", "std::", "\\[[&=]\\]", "lambdas",
            "#include <(?!metal_stdlib>)", "a header other than metal_stdlib", "\\bstatic\\b", "static variables");
    /// Functions and words of the language that a function or variable of ours would be ambiguous with, or hide.
    private static final Set<String> STANDARD = Set.of("abs", "acos", "all", "any", "asin", "atan", "ceil", "clamp",
            "copysign", "cos", "cross", "distance", "divide", "dot", "exp", "exp2", "fabs", "faceforward", "fdim",
            "floor", "fma", "fmax", "fmin", "fmod", "fract", "frexp", "isfinite", "isinf", "isnan", "ldexp", "length",
            "log", "log2", "mad24", "madhi", "madsat", "max", "median3", "min", "mix", "modf", "mul24", "mulhi",
            "normalize", "popcount", "pow", "reflect", "refract", "reverse_bits", "rint", "rotate", "round", "rsqrt",
            "saturate", "select", "sign", "sin", "smoothstep", "sqrt", "step", "subsat", "tan", "tanh", "transpose",
            "trunc", "main");
    private static final Set<String> KEYWORDS = Set.of("vertex", "fragment", "kernel", "mesh", "object", "visible",
            "stitchable", "device", "constant", "thread", "threadgroup", "threadgroup_imageblock", "ray_data",
            "object_data", "half", "bfloat", "sampler", "texture", "metal", "precise", "fast");

    private final List<String> found = new ArrayList<>();
    private final Map<String, String> definedIn = new LinkedHashMap<>();
    private final Map<String, Set<String>> calls = new HashMap<>();

    private MslLint() {
    }

    /// What is wrong, a line each.
    ///
    /// @param sources text by name of file, in the order in which they are compiled
    static List<String> check(Map<String, String> sources) {
        MslLint lint = new MslLint();
        sources.forEach((file, text) -> lint.file(file, text.replaceAll("//[^\\n]*", "")));
        lint.recursion();
        return lint.found;
    }

    private void file(String file, String text) {
        FORBIDDEN.forEach((pattern, what) -> {
            if (Pattern.compile(pattern).matcher(text).find()) {
                found.add(file + ": " + what);
            }
        });
        Matcher pointers = POINTER.matcher(text);
        while (pointers.find()) {
            if (!ADDRESS_SPACE.matcher(pointers.group(1)).find()) {
                found.add(file + ": a pointer without an address space: " + pointers.group().strip());
            }
        }
        Matcher declared = DECLARED.matcher(text);
        while (declared.find()) {
            if (KEYWORDS.contains(declared.group(1))) {
                found.add(file + ": the language's own word as a name: " + declared.group(1));
            }
        }
        if (Pattern.compile("simdgroup_\\w+8x8\\s+\\w+\\[[^\\]]*\\]\\s*\\[").matcher(text).find()) {
            found.add(file + ": an array of simdgroup matrices has more than one dimension");
        }
        outermost(file, text);
        functions(file, text);
        Matcher types = STRUCT.matcher(text);
        while (types.find()) {
            define(types.group(1), file);
        }
    }

    /// Variables of the program must be `constant`; arrays of threadgroup memory are a kernel's own.
    private void outermost(String file, String text) {
        int depth = 0;
        for (String line : text.split("\n")) {
            boolean variable = line.matches("(?:(?:const|constexpr|device|threadgroup|thread) )*" + TYPE
                    + " \\w+(\\[.*\\])?( *=.*)?;");
            if (depth == 0 && variable) {
                found.add(file + ": a variable of the program that is not constant: " + line);
            }
            for (char letter : line.toCharArray()) {
                depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
            }
        }
    }

    private void functions(String file, String text) {
        Matcher functions = FUNCTION.matcher(text);
        while (functions.find()) {
            String name = functions.group(1);
            boolean isKernel = functions.group().startsWith("kernel");
            define(name, file);
            if (STANDARD.contains(name) && !isKernel || name.equals("main")) {
                found.add(file + ": " + name + " is a function of the language");
            }
            for (String parameter : functions.group(2).split(",")) {
                if (!isKernel && parameter.matches("(?s).*\\bhalf\\d?\\b[^*]*")) {
                    found.add(file + ": half parameter of " + name + ": use float");
                }
                if (!isKernel && parameter.contains("simdgroup_") && parameter.contains("[")) {
                    found.add(file + ": arrays of simdgroup matrices as parameters of " + name);
                }
            }
            String body = body(text, functions.end());
            if (!isKernel && Pattern.compile("\\n\\s*threadgroup \\w+ \\w+\\[").matcher(body).find()) {
                found.add(file + ": threadgroup memory declared in " + name + ", which is no kernel");
            }
            Set<String> called = calls.computeIfAbsent(name, _ -> new TreeSet<>());
            Matcher words = Pattern.compile("(\\w+)\\s*(?:<[\\w, ]*>)?\\(").matcher(body);
            while (words.find()) {
                called.add(words.group(1));
            }
        }
    }

    private static String body(String text, int begin) {
        int depth = 1;
        int end = begin;
        while (end < text.length() && depth > 0) {
            char letter = text.charAt(end++);
            depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
        }
        return text.substring(begin, end);
    }

    private void recursion() {
        for (String start : calls.keySet()) {
            Set<String> seen = new HashSet<>();
            Deque<String> left = new ArrayDeque<>(calls.get(start));
            while (!left.isEmpty()) {
                String next = left.pop();
                if (seen.add(next)) {
                    left.addAll(calls.getOrDefault(next, Set.of()));
                }
            }
            if (seen.contains(start)) {
                found.add(definedIn.get(start) + ": " + start + " calls itself");
            }
        }
    }

    private void define(String name, String file) {
        String before = definedIn.putIfAbsent(name, file);
        if (before != null) {
            found.add(file + ": " + name + " is defined in " + before + " too");
        }
    }
}
