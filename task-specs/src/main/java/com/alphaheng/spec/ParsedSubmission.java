package com.alphaheng.spec;

import java.util.List;

/// What became of a submission's files: tasks, or everything that is wrong with them.
public sealed interface ParsedSubmission {
    /// @param tasks    in the order of the files and of the tasks in them
    /// @param warnings what the author may want to know
    record Accepted(List<TaskSpec> tasks, List<Problem> warnings) implements ParsedSubmission {
        public Accepted {
            tasks = List.copyOf(tasks);
            warnings = List.copyOf(warnings);
        }
    }

    /// @param problems errors and warnings in the order of the files and lines, at least one of them an error
    record Rejected(List<Problem> problems) implements ParsedSubmission {
        public Rejected {
            problems = List.copyOf(problems);
        }
    }
}
