package com.alphaheng.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// Checks this machine for what the other commands need.
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Check this machine: what is needed, what is optional, and how to get what is missing.")
final class DoctorCommand extends CoordinatorCommand {
    private static final long GIBIBYTE = 1L << 30;

    private final List<String> lines = new ArrayList<>();
    private final ArrayNode checks = JsonNodeFactory.instance.arrayNode();
    private boolean healthy = true;

    @Override
    public Integer call() {
        report(true, "JDK", Runtime.version() + " in " + System.getProperty("java.home"), "");
        report(works("git", "--version"), "git", "found", "install the package git");
        checkRepository();
        checkDisk();
        optional(works("clang++", "--version") || works("g++", "--version"), "C++ compiler",
                "soft Metal tests and fast CPU kernels", "install clang or g++");
        optional(Stream.of("chromium", "chromium-browser", "google-chrome").anyMatch(DoctorCommand::onPath),
                "Chromium", "dashboard tests in a browser", "install the package chromium");
        optional(works("docker", "info"), "Docker", "tests against Kafka in a container", "start or install Docker");
        Coordinator coordinator = coordinator();
        optional(coordinator.isReady(), "coordinator", "answers at " + coordinator.address(),
                "none at " + coordinator.address() + "; './heng up' starts one");
        output().answer(checks, lines);
        return healthy ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    private void checkRepository() {
        Path root = Surroundings.root();
        report(works("git", "-C", root.toString(), "rev-parse", "HEAD"), "repository", root.toString(),
                root + " is no git clone with a commit: workers check the sources out of git, so clone the repository");
    }

    private void checkDisk() {
        try {
            long free = Files.getFileStore(Surroundings.root()).getUsableSpace();
            report(free > 2 * GIBIBYTE, "disk", "%.1f GiB free".formatted((double) free / GIBIBYTE),
                    "only %.1f GiB free: builds and checkouts want 2".formatted((double) free / GIBIBYTE));
        } catch (IOException e) {
            report(false, "disk", "", "cannot read the free space: " + CliException.reason(e));
        }
    }

    private void report(boolean good, String what, String state, String remedy) {
        healthy &= good;
        add(good, false, what, good ? state : remedy);
    }

    private void optional(boolean good, String what, String use, String remedy) {
        add(good, true, what, good ? use : "optional (" + use + "): " + remedy);
    }

    private void add(boolean good, boolean optional, String what, String word) {
        lines.add("%-4s %-14s %s".formatted(good ? "ok" : optional ? "-" : "NO", what, word));
        checks.addObject().put("check", what).put("ok", good).put("optional", optional).put("word", word);
    }

    private static boolean onPath(String command) {
        return Surroundings.variable("PATH").stream()
                .flatMap(path -> Stream.of(path.split(":")))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    private static boolean works(String... command) {
        if (!onPath(command[0])) {
            return false;
        }
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
