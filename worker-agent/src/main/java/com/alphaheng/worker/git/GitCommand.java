package com.alphaheng.worker.git;

import com.alphaheng.worker.job.Checkouts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

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

    /// The last line of what git said: the one that explains.
    static String lastLine(String text) {
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    /// The first line that git calls fatal, which names the cause; others advise. Without one, the last line.
    static String cause(String text) {
        return text.lines().filter(line -> line.startsWith("fatal: ")).findFirst()
                .map(line -> line.substring("fatal: ".length())).orElse(lastLine(text));
    }

    /// @throws IOException if there is no git
    static Result run(Path folder, List<String> arguments) throws IOException {
        return run(folder, arguments, PATIENCE);
    }

    /// @param patience how long it may take; git itself waits for ever for a server that says nothing
    static Result run(Path folder, List<String> arguments, Duration patience) throws IOException {
        return run(folder, arguments, Map.of(), "", patience);
    }

    /// @param input given to git as standard input
    static Result run(Path folder, List<String> arguments, Map<String, String> environment, String input)
            throws IOException {
        return run(folder, arguments, environment, input, PATIENCE);
    }

    private static Result run(Path folder, List<String> arguments, Map<String, String> environment, String input,
                              Duration patience) throws IOException {
        List<String> line = new ArrayList<>(List.of("git", "-c", "core.hooksPath=/dev/null", "-c",
                "core.fsmonitor=false", "-c", "gc.auto=0",
                "-c", "advice.detachedHead=false"));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("GIT_TERMINAL_PROMPT", "0");
        builder.environment().put("LC_ALL", "C");
        // Where the repository is damaged or gone, git would look further up, and find one that is not ours to change.
        Optional.ofNullable(folder.toAbsolutePath().getParent()).ifPresent(parent ->
                builder.environment().put("GIT_CEILING_DIRECTORIES", parent.toString()));
        builder.environment().put(Checkouts.GIT_VARIABLE, folder.toAbsolutePath() + "/");
        builder.environment().putAll(environment);
        Process git = builder.start();
        StringBuffer output = new StringBuffer();
        Thread reading = Thread.ofVirtual().start(() -> read(git, output));
        try (var standardInput = git.getOutputStream()) {
            standardInput.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Git ended before it read this ("Stream closed"): what it said and its status tell why.
        }
        try {
            if (!git.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
                kill(git);
                return new Result(-1, "git " + arguments.getFirst() + " took longer than " + patience.toSeconds()
                        + " s");
            }
            reading.join();
            return new Result(git.exitValue(), output.toString().strip());
        } catch (InterruptedException e) {
            kill(git);
            Thread.currentThread().interrupt();
            return new Result(-1, "interrupted");
        }
    }

    private static void read(Process git, StringBuffer output) {
        try (var reader = git.inputReader(StandardCharsets.UTF_8)) {
            char[] some = new char[8192];
            for (int count = reader.read(some); count >= 0; count = reader.read(some)) {
                output.append(some, 0, count);
            }
        } catch (IOException e) {
            // Closed under us when it is killed.
        }
    }

    /// With what it started: the other end of a connection, say.
    private static void kill(Process git) {
        List<ProcessHandle> family = Stream.concat(Stream.of(git.toHandle()), git.descendants()).toList();
        family.forEach(ProcessHandle::destroyForcibly);
    }
}
