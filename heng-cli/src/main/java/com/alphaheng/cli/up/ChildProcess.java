package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One program of the pipeline: how it is started, when it is ready, and its current process, if it has one.
public final class ChildProcess {
    /// A worker that is told to stop lets attempts go on for 5 s, kills the rest, and removes their checkouts, which on
    /// a busy machine takes long.
    private static final long STOP_SECONDS = 45;
    private static final long LOG_LIMIT_BYTES = 16L << 20;
    private static final int LAST_LINES = 12;

    private final String name;
    private final List<String> command;
    private final Path folder;
    private final Path log;
    private final BooleanSupplier ready;
    private final Consumer<ProcessHandle> started;
    private Process process;

    /// @param folder working folder
    /// @param log    file that gets its output
    /// @param ready  whether it can do its work
    ChildProcess(String name, List<String> command, Path folder, Path log, BooleanSupplier ready) {
        this(name, command, folder, log, ready, _ -> { });
    }

    /// @param started told of each process as soon as it is there
    ChildProcess(String name, List<String> command, Path folder, Path log, BooleanSupplier ready,
                 Consumer<ProcessHandle> started) {
        this.name = name;
        this.command = List.copyOf(command);
        this.folder = folder;
        this.log = log;
        this.ready = ready;
        this.started = started;
    }

    /// The command in a shell that ignores the terminal's Ctrl-C, which goes to every program in the foreground: so
    /// this program can stop the others one by one, the broker last.
    public static List<String> shielded(List<String> command) {
        List<String> shielded = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        shielded.addAll(command);
        return shielded;
    }

    /// Asks a process to end, and after a while makes it. An interrupt does not shorten that: a worker that is killed
    /// leaves its commands running.
    public static void stop(ProcessHandle handle, String name) {
        handle.destroy();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        boolean interrupted = false;
        while (handle.isAlive()) {
            try {
                handle.onExit().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                System.err.println("heng: " + name + " does not stop; killing it");
                handle.destroyForcibly();
                break;
            } catch (ExecutionException e) {
                throw new AssertionError("waiting for a process to end failed", e);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    public String name() {
        return name;
    }

    public Path log() {
        return log;
    }

    public void start() {
        try {
            Files.createDirectories(log.getParent());
            if (Files.exists(log) && Files.size(log) > LOG_LIMIT_BYTES) {
                Files.delete(log);
            }
            File output = log.toFile();
            process = new ProcessBuilder(shielded(command)).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output)).start();
            started.accept(process.toHandle());
        } catch (IOException e) {
            throw CliException.unavailable("cannot start the " + name + " (" + e.getMessage() + "): is the disk of "
                    + log.getParent() + " full, or the folder not writable?");
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    boolean isReady() {
        return isAlive() && ready.getAsBoolean();
    }

    public int exitStatus() {
        return process.exitValue();
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public void stop() {
        if (isAlive()) {
            stop(process.toHandle(), name);
        }
    }

    /// `kill -9`: it gets no chance to say or save anything.
    public void kill() {
        if (isAlive()) {
            process.destroyForcibly();
        }
    }

    /// Sends it a signal: `STOP` makes it stand still, as on a machine gone to sleep, `CONT` goes on.
    public void signal(String signal) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).inheritIO().start().waitFor();
        } catch (IOException e) {
            throw CliException.unavailable("cannot run kill: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The end of its output, for a message about why it ended.
    public String lastLines() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
            return String.join(System.lineSeparator(), lines.subList(Math.max(0, lines.size() - LAST_LINES),
                    lines.size()).stream().map(line -> "  | " + line).toList());
        } catch (IOException e) {
            return "  (no output: " + CliException.reason(e) + ")";
        }
    }
}
