package com.alphaheng.worker.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs git and nothing else; never asks for a password, never runs the repository's hooks.
final class GitCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private GitCommand() {
    }

    /// @param text standard output and standard error together, stripped
    record Result(int status, String text) {
        boolean ok() {
            return status == 0;
        }
    }

    /// @throws IOException if there is no git
    static Result run(Path folder, List<String> arguments) throws IOException {
        return run(folder, arguments, Map.of(), "");
    }

    /// @param input given to git as standard input
    static Result run(Path folder, List<String> arguments, Map<String, String> environment, String input)
            throws IOException {
        List<String> line = new ArrayList<>(List.of("git", "-c", "core.hooksPath=/dev/null", "-c",
                "core.fsmonitor=false", "-c", "gc.auto=0",
                "-c", "advice.detachedHead=false"));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        builder.environment().put("LC_ALL", "C");
        builder.environment().putAll(environment);
        Process git = builder.start();
        try (var standardInput = git.getOutputStream()) {
            standardInput.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Git ended before it read this ("Stream closed"): what it said and its status tell why.
        }
        try {
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!git.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                git.destroyForcibly();
                return new Result(-1, "git " + arguments.getFirst() + " took longer than " + PATIENCE);
            }
            return new Result(git.exitValue(), text.strip());
        } catch (InterruptedException e) {
            git.destroyForcibly();
            Thread.currentThread().interrupt();
            return new Result(-1, "interrupted");
        }
    }
}
