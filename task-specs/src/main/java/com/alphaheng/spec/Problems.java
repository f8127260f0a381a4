package com.alphaheng.spec;

import com.alphaheng.spec.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/// Collects the problems of a submission.
final class Problems {
    private final int limit;
    private final List<Problem> found = new ArrayList<>();
    private final Map<String, Integer> fileOrder = new HashMap<>();
    private int errors;
    private int omitted;

    Problems(int limit) {
        this.limit = limit;
    }

    /// Problems are listed in the order in which files were entered.
    void enter(String file) {
        fileOrder.putIfAbsent(file, fileOrder.size());
    }

    void error(String file, Optional<Mark> mark, String rule, String message, String fix) {
        add(problem(file, mark, Severity.ERROR, rule, message, fix));
    }

    void error(String file, Node node, String rule, String message, String fix) {
        error(file, node.getStartMark(), rule, message, fix);
    }

    void error(SourceLocation place, String rule, String message, String fix) {
        add(new Problem(place.file(), place.line(), place.column(), Severity.ERROR, rule, message, fix));
    }

    void warning(SourceLocation place, String rule, String message, String fix) {
        add(new Problem(place.file(), place.line(), place.column(), Severity.WARNING, rule, message, fix));
    }

    private static Problem problem(String file, Optional<Mark> mark, Severity severity, String rule, String message,
                                   String fix) {
        return new Problem(file, mark.map(place -> place.getLine() + 1).orElse(0),
                mark.map(place -> place.getColumn() + 1).orElse(0), severity, rule, message, fix);
    }

    private void add(Problem problem) {
        errors += problem.severity() == Severity.ERROR ? 1 : 0;
        if (found.size() < limit) {
            found.add(problem);
        } else {
            omitted++;
        }
    }

    boolean isFull() {
        return found.size() >= limit;
    }

    int errors() {
        return errors;
    }

    /// All problems in reading order; the last one says how many were left out, if any.
    List<Problem> sorted() {
        List<Problem> all = new ArrayList<>(found);
        all.sort(Comparator.comparingInt((Problem problem) -> fileOrder.getOrDefault(problem.file(), -1))
                .thenComparingInt(Problem::line).thenComparingInt(Problem::column));
        if (omitted > 0) {
            Problem last = all.getLast();
            all.add(new Problem(last.file(), 0, 0, errors > 0 ? Severity.ERROR : Severity.WARNING, "too-many-problems",
                    omitted + " more problems are not shown", "mend the ones above first"));
        }
        return all;
    }
}
