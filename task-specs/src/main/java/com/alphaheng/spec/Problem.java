package com.alphaheng.spec;

import java.util.Locale;

/// Something wrong with a task file, where it is, and what to do about it.
///
/// @param line   counts from 1; 0 when the problem is with the file as a whole
/// @param column counts from 1, in characters; 0 like the line
/// @param rule   stable name of the rule, such as `unknown-key`
/// @param fix    what the author should write or do
public record Problem(String file, int line, int column, Severity severity, String rule, String message, String fix) {
    /// Errors refuse the submission; warnings do not.
    public enum Severity {
        ERROR, WARNING
    }

    /// The form compilers use, so that editors can jump to the place.
    @Override
    public String toString() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return place + ": " + severity.name().toLowerCase(Locale.ROOT) + ": " + message + " [" + rule + "]; " + fix;
    }
}
