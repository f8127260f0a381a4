package com.alphaheng.cli.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// One thing that a run made and that outlives it unless removed.
///
/// @param name of a process its number and its start, which tell it from a stranger that got the number
record Leftover(Kind kind, String name) {
    private static final int END_SECONDS = 20;

    /// In the order in which they can be removed.
    enum Kind {
        PROCESS, CABLE, NAMESPACE, BRIDGE, MOUNT, FOLDER;

        /// As written into a record.
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// "3 processes", "a folder".
        String words(int count) {
            String one = switch (this) {
                case PROCESS -> "process";
                case CABLE -> "network cable";
                case NAMESPACE -> "network namespace";
                case BRIDGE -> "bridge";
                case MOUNT -> "mount";
                case FOLDER -> "folder";
            };
            return count == 1 ? "a " + one : count + " " + one + (this == PROCESS ? "es" : "s");
        }
    }

    static Leftover of(ProcessHandle process) {
        return new Leftover(Kind.PROCESS, process.pid() + " " + start(process));
    }

    /// What [#line] wrote; nothing of a line that a killed run did not bring to its end.
    static Optional<Leftover> parse(String line) {
        int space = line.indexOf(' ');
        return Stream.of(Kind.values()).filter(kind -> space > 0 && line.substring(0, space).equals(kind.word()))
                .findFirst().map(kind -> new Leftover(kind, line.substring(space + 1)));
    }

    String line() {
        return kind.word() + " " + name;
    }

    boolean isThere() {
        return switch (kind) {
            case PROCESS -> process().isPresent();
            case NAMESPACE -> Files.exists(Path.of("/var/run/netns", name));
            case CABLE, BRIDGE -> Files.exists(Path.of("/sys/class/net", name));
            case MOUNT -> isMounted();
            case FOLDER -> Files.exists(Path.of(name), LinkOption.NOFOLLOW_LINKS);
        };
    }

    /// Whether it is gone now.
    boolean remove() {
        switch (kind) {
            case PROCESS -> process().ifPresent(Leftover::kill);
            case NAMESPACE -> Shell.succeeds("ip", "netns", "del", name);
            // With its namespace it would go only when the last connection in there has given up.
            case CABLE, BRIDGE -> Shell.succeeds("ip", "link", "del", name);
            case MOUNT -> Shell.succeeds("umount", "-l", name);
            case FOLDER -> removeFolder();
        }
        return !isThere();
    }

    private Optional<ProcessHandle> process() {
        String[] parts = name.split(" ");
        return ProcessHandle.of(Long.parseLong(parts[0])).filter(ProcessHandle::isAlive)
                .filter(process -> start(process).equals(parts[1]));
    }

    private static String start(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("-");
    }

    /// With what it started itself: nobody else knows of that.
    private static void kill(ProcessHandle process) {
        List<ProcessHandle> family = Stream.concat(Stream.of(process), process.descendants()).toList();
        family.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle one : family) {
            try {
                one.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                return; // It hangs in the system; whoever asks finds it there still.
            } catch (ExecutionException e) {
                throw new AssertionError("waiting for a process to end failed", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isMounted() {
        try {
            Path mounts = Path.of("/proc/self/mounts");
            return Files.exists(mounts) && Files.readAllLines(mounts).stream().anyMatch(line ->
                    line.split(" ")[1].equals(name.replace(" ", "\\040")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void removeFolder() {
        try (Stream<Path> files = Files.walk(Path.of(name))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            return; // What is still there says so.
        }
    }
}
