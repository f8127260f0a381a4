package com.alphaheng.worker.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which live processes belong to a command: those of its process group, and those that carry its token in their
/// environment (a daemon leaves the group but keeps the environment). Zombies do not count.
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");
    /// The kernel counts processor time for `/proc` in hundredths of a second on every architecture.
    private static final long TICK_MILLIS = 10;
    private static final Pattern PS_TIME = Pattern.compile("(?:(\\d+)-)?(?:(\\d+):)?(\\d+):(\\d+(?:\\.\\d+)?)");

    private ProcessTable() {
    }

    /// @param description   as in a process list
    /// @param processorTime its own and that of the children it has waited for
    record Entry(long pid, String description, Duration processorTime) {
    }

    /// @param group process group id; 0 asks for none
    /// @param token as set in the environment, `NAME=value`
    static List<Entry> members(long group, String token) {
        return Files.isDirectory(PROC.resolve("self")) ? fromProc(group, token) : fromPs(group, token);
    }

    private static List<Entry> fromProc(long group, String token) {
        List<Entry> found = new ArrayList<>();
        byte[] wanted = token.getBytes(StandardCharsets.UTF_8);
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                    // The command name stands in parentheses and may hold anything; state and group follow it.
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    boolean dead = fields[0].equals("Z") || fields[0].equals("X");
                    if (!dead && (group > 0 && Long.parseLong(fields[2]) == group || carries(process, wanted))) {
                        found.add(new Entry(Long.parseLong(process.getFileName().toString()), description(process),
                                ticks(fields)));
                    }
                } catch (IOException e) {
                    // It ended while we looked, or is not ours to look into: then it is not ours at all.
                }
            }
        } catch (IOException e) {
            throw new AssertionError("/proc cannot be listed", e);
        }
        return found;
    }

    /// Fields 14 to 17 of `/proc/PID/stat`; the third is the first here.
    private static Duration ticks(String[] fields) {
        long ticks = 0;
        for (int i = 11; i < 15; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return Duration.ofMillis(TICK_MILLIS * ticks);
    }

    private static boolean carries(Path process, byte[] wanted) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            for (int i = 0; i + wanted.length <= environment.length; i++) {
                int j = 0;
                while (j < wanted.length && environment[i + j] == wanted[j]) {
                    j++;
                }
                if (j == wanted.length) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static String description(Path process) throws IOException {
        String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1).replace('\0', ' ');
        return line.isBlank() ? Files.readString(process.resolve("comm")).strip() : line.strip();
    }

    /// `ps -E` shows the environment after the command on macOS, of the user's own processes.
    private static List<Entry> fromPs(long group, String token) {
        List<Entry> found = new ArrayList<>();
        try {
            Process ps = new ProcessBuilder("ps", "-A", "-E", "-o", "pid=,pgid=,stat=,time=,command=")
                    .redirectErrorStream(true).start();
            String text = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            ps.waitFor();
            for (String line : text.split("\n")) {
                String[] fields = line.strip().split("\\s+", 5);
                if (fields.length == 5 && fields[0].chars().allMatch(Character::isDigit) && !fields[2].startsWith("Z")
                        && (group > 0 && fields[1].equals(Long.toString(group)) || fields[4].contains(token))) {
                    found.add(new Entry(Long.parseLong(fields[0]), fields[4], psTime(fields[3])));
                }
            }
        } catch (IOException e) {
            throw new AssertionError("ps cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    /// `[[days-]hours:]minutes:seconds`.
    static Duration psTime(String text) {
        Matcher time = PS_TIME.matcher(text);
        if (!time.matches()) {
            return Duration.ZERO;
        }
        long hours = 24 * number(time.group(1)) + number(time.group(2));
        return Duration.ofMinutes(60 * hours + number(time.group(3)))
                .plusMillis(Math.round(1000 * Double.parseDouble(time.group(4))));
    }

    private static long number(String group) {
        return group == null ? 0 : Long.parseLong(group);
    }
}
