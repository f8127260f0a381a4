package com.alphaheng.spec;

/// How large a task file may be. Far above any honest one: 10,000 tasks fit.
///
/// @param fileBytes       of one file
/// @param submissionBytes of all files of a submission
/// @param tasks           of a submission
/// @param depth           nesting of lists and mappings
/// @param values          scalars, lists and mappings in one file
/// @param aliases         uses of YAML anchors in one file
/// @param textLength      characters of a prompt or a command
/// @param shortTextLength characters of any other text
/// @param problems        reported at most, so that a broken large file does not drown its author
public record TaskFileLimits(int fileBytes, int submissionBytes, int tasks, int depth, int values, int aliases,
                             int textLength, int shortTextLength, int problems) {
    public static final TaskFileLimits DEFAULT =
            new TaskFileLimits(8 << 20, 32 << 20, 20_000, 12, 1_000_000, 1_000, 200_000, 1_000, 200);
}
