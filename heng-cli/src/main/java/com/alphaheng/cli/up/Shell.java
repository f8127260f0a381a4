package com.alphaheng.cli.faults;

import com.alphaheng.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Runs system programs such as `ip` and `mount`.
final class Shell {
    private Shell() {
    }

    /// Whether it ended with status 0; a program that is not there did not.
    static boolean succeeds(String... command) {
        return status(List.of(command)).isEmpty();
    }

    static void run(String... command) {
        String failure = status(List.of(command));
        if (!failure.isEmpty()) {
            throw CliException.unavailable("'" + String.join(" ", command) + "' failed: " + failure);
        }
    }

    /// Empty, or what went wrong.
    private static String status(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            return status == 0 ? "" : output.isEmpty() ? "exit status " + status : output;
        } catch (IOException e) {
            return e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
