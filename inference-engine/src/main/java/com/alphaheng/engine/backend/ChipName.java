package com.alphaheng.engine.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The processor's name.
public final class ChipName {

    private ChipName() { }

    /// As the system gives it; "unknown" where it does not.
    public static String probe() {
        Path path = Path.of("/proc/cpuinfo");
        if (Files.isReadable(path)) {
            try (Stream<String> lines = Files.lines(path)) {
                return lines.filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
            } catch (IOException e) {
                return "unknown";
            }
        }
        try {
            Process process = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String name = new String(process.getInputStream().readAllBytes()).strip();
            return name.isEmpty() ? "unknown" : name;
        } catch (IOException e) {
            return "unknown";
        }
    }
}
