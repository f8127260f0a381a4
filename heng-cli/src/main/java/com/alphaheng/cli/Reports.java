package com.alphaheng.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Fetches the reports of a campaign into a folder.
public final class Reports {
    private static final List<String> NAMES = List.of("status.md", "final_benchmark.md");

    private Reports() {
    }

    /// @return the files written
    public static List<Path> write(Coordinator coordinator, String campaign, Path folder) {
        List<Path> written = new ArrayList<>();
        for (String name : NAMES) {
            String report = coordinator.text("/api/reports/" + Coordinator.segment(campaign) + "/" + name);
            try {
                Files.createDirectories(folder);
                written.add(Files.writeString(folder.resolve(name), report));
            } catch (IOException e) {
                throw CliException.unavailable("cannot write " + folder.resolve(name) + " (" + CliException.reason(e)
                        + "): choose another folder");
            }
        }
        return written;
    }
}
