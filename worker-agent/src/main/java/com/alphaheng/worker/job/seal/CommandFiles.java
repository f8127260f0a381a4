package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The files of a repository that a shell command runs: `./check.sh`, `bash tests/run`, `python3 tools/verify.py`. A
/// change that may edit them judges itself, unless they are what the task is about.
public final class CommandFiles {
    /// What comes before a command that it runs.
    private static final Set<String> PREFIXES = Set.of("exec", "env", "time", "nice", "command", "nohup", "sudo", "!",
            "if", "then", "else", "elif", "while", "until", "do", "{");
    private static final Set<String> INTERPRETERS = Set.of("bash", "sh", "zsh", "dash", "ksh", "source", ".", "python",
            "python3", "perl", "ruby", "node", "java", "deno", "bun", "php", "make");

    private CommandFiles() {
    }

    /// @param touches what the task may edit; a file that it names in full is its subject, and left out
    public static List<String> of(List<String> commands, List<String> touches) {
        List<String> found = new ArrayList<>();
        for (String command : commands) {
            for (String simple : command.split("[;&|()\\n`]+")) {
                program(List.of(simple.strip().split("\\s+"))).ifPresent(found::add);
            }
        }
        return found.stream().distinct().filter(file -> !touches.contains(file)).toList();
    }

    private static Optional<String> program(List<String> words) {
        boolean interpreted = false;
        for (String quoted : words) {
            String word = quoted.replaceAll("[\"']", "");
            if (PREFIXES.contains(word) || word.matches("\\w+=.*|-.*|\\d+[smh]?|timeout|")) {
                continue;
            }
            if (!interpreted && INTERPRETERS.contains(word)) {
                interpreted = true;
                continue;
            }
            boolean inside = !word.startsWith("/") && !word.startsWith("~") && !word.contains("$")
                    && !word.contains("*");
            return inside && (interpreted || word.contains("/")) ? Optional.of(word.replaceFirst("^(\\./)+", ""))
                    : Optional.empty();
        }
        return Optional.empty();
    }
}
