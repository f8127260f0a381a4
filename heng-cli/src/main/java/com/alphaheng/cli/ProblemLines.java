package com.alphaheng.cli;

import com.alphaheng.spec.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

/// Problems of task files as a person reads them: errors last, where the eye is, and not so many of anything that the
/// rest is out of sight. `--json` has them all.
public final class ProblemLines {
    private static final int MOST_WARNINGS = 10;
    private static final int MOST_ERRORS = 50;

    private ProblemLines() {
    }

    /// @param problems of both severities, in the order of the files
    public static List<String> of(List<Problem> problems) {
        List<String> lines = new ArrayList<>();
        add(lines, problems, Problem.Severity.WARNING, MOST_WARNINGS);
        add(lines, problems, Problem.Severity.ERROR, MOST_ERRORS);
        return lines;
    }

    private static void add(List<String> lines, List<Problem> problems, Problem.Severity severity, int most) {
        List<Problem> some = problems.stream().filter(problem -> problem.severity() == severity).toList();
        some.stream().limit(most).forEach(problem -> lines.add(problem.toString()));
        if (some.size() > most) {
            lines.add("... and " + Table.counted(some.size() - most, "more " + severity.name()
                    .toLowerCase(Locale.ROOT)) + "; --json shows all");
        }
    }

    /// The coordinator's problems (`docs/api.md`).
    public static List<Problem> read(JsonNode problems) {
        return StreamSupport.stream(problems.spliterator(), false).map(problem -> new Problem(
                problem.path("file").asText(), problem.path("line").asInt(), problem.path("column").asInt(),
                problem.path("severity").asText("").equalsIgnoreCase("warning") ? Problem.Severity.WARNING
                        : Problem.Severity.ERROR,
                problem.path("rule").asText(), problem.path("message").asText(), problem.path("fix").asText()))
                .toList();
    }
}
