package com.alphaheng.worker.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// What the operating system says of itself: files and the output of commands. A probe reads nothing else, so that
/// tests can play any machine.
public interface SystemTexts {
    /// The output of a command; empty if it is missing, fails, or takes longer than 20 s.
    Optional<String> command(String... line);

    /// The content of a file; empty if it cannot be read.
    Optional<String> file(String path);

    /// This machine.
    SystemTexts LIVE = new SystemTexts() {
        @Override
        public Optional<String> command(String... line) {
            try {
                Process process = new ProcessBuilder(line).redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
                var guard = Thread.ofVirtual().start(() -> endAfterPatience(process));
                String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int status = process.waitFor();
                guard.interrupt();
                return status == 0 ? Optional.of(text.strip()) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        @Override
        public Optional<String> file(String path) {
            try {
                return Optional.of(Files.readString(Path.of(path), StandardCharsets.UTF_8).strip());
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    };

    private static void endAfterPatience(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

}
