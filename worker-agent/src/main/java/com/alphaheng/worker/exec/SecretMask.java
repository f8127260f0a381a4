package com.alphaheng.worker.exec;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces secrets in output: the values it was given, wherever they stand, and what looks like a well-known kind of
/// key.
public final class SecretMask {
    public static final String REPLACEMENT = "[secret]";

    /// A shorter value would be found in innocent text.
    private static final int SHORTEST = 6;

    private static final List<Pattern> KNOWN_SHAPES = List.of(
            Pattern.compile("\\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}"),
            Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{20,}|\\bgithub_pat_[A-Za-z0-9_]{20,}"),
            Pattern.compile("\\bAKIA[0-9A-Z]{16}\\b"),
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}"),
            Pattern.compile("(?i)(?<=authorization: (bearer|basic) )\\S{8,}"),
            Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----"));

    private final List<String> values;

    /// @param secrets values to hide; those shorter than 6 characters are not hidden
    public SecretMask(Collection<String> secrets) {
        // Longest first: a secret that contains another must go as a whole.
        values = secrets.stream().filter(value -> value.length() >= SHORTEST)
                .sorted((a, b) -> b.length() - a.length()).distinct().toList();
    }

    public String mask(String line) {
        String masked = line;
        for (String value : values) {
            masked = masked.replace(value, REPLACEMENT);
        }
        for (Pattern shape : KNOWN_SHAPES) {
            masked = shape.matcher(masked).replaceAll(Matcher.quoteReplacement(REPLACEMENT));
        }
        return masked;
    }
}
