package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Runs system programs such as `ip` and `mount`. Ctrl-C does not reach them: what is half made cannot be removed by
/// its name.
public final class Shell {
    private Shell() {
    }

    /// Whether it ended with status 0; a program that is not there did not.
    public static boolean succeeds(String... command) {
        return status(List.of(command)).isEmpty();
    }

    public static void run(String... command) {
        String failure = status(List.of(command));
        if (!failure.isEmpty()) {
            throw CliException.unavailable("'" + String.join(" ", command) + "' failed: " + failure);
        }
    }

    /// Empty, or what went wrong. An interrupt is left for later: these programs take no time.
    private static String status(List<String> command) {
        boolean interrupted = Thread.interrupted();
        try {
            Process process = new ProcessBuilder(ChildProcess.shielded(command)).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            while (true) {
                try {
                    int status = process.waitFor();
                    return status == 0 ? "" : output.isEmpty() ? "exit status " + status : output;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (IOException e) {
            return e.getMessage();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
