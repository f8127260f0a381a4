package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// What a command makes outside of itself for one run: processes, network namespaces, mounts, a folder. Each is written
/// down by name, in `.heng/runs`, before it is made. It is removed when the run ends, by itself or by a signal; if the
/// command is killed, the next run of any command that keeps such a record does it.
///
///     process 4711 2026-11-23T20:15:30.120Z
///     namespace heng-4710-1
public final class RunRecord implements AutoCloseable {
    private static final long UNTIL_STOPPED_SECONDS = 60;

    private final Path file;
    /// Locked while this run lives, which tells its record from that of a killed one.
    private final FileChannel channel;
    private final Consumer<String> notice;
    private final List<Leftover> made = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread owner = Thread.currentThread();
    private volatile boolean stopped;

    private RunRecord(Path file, FileChannel channel, Consumer<String> notice) {
        this.file = file;
        this.channel = channel;
        this.notice = notice;
    }

    /// Removes what killed runs left, then begins. Should this program be ended from outside, the calling thread is
    /// interrupted, and has time to close this.
    ///
    /// @param command such as `faults`
    /// @param notice  gets a line about what was removed, of killed runs and of this one if a signal ends it
    public static RunRecord begin(String command, Consumer<String> notice) {
        return begin(Surroundings.root().resolve(".heng/runs"), command, notice);
    }

    /// @param folder of all records
    static RunRecord begin(Path folder, String command, Consumer<String> notice) {
        try {
            Files.createDirectories(folder);
            removeLeftovers(folder, notice);
            Path file = folder.resolve(command + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime()
                    + ".txt");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel.lock();
            if (!Files.exists(file)) {
                channel.close();
                return begin(folder, command, notice); // Another run took it for one that was killed.
            }
            RunRecord record = new RunRecord(file, channel, notice);
            Runtime.getRuntime().addShutdownHook(new Thread(record::stopFromOutside, "stop-run"));
            return record;
        } catch (IOException e) {
            throw CliException.unavailable("cannot write to " + folder + " (" + CliException.reason(e)
                    + "): what a run makes must be written down, so that nothing is left should it be killed");
        }
    }

    private static void removeLeftovers(Path folder, Consumer<String> notice) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(path -> path.toString().endsWith(".txt")).toList();
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                if (locked(channel)) {
                    remove(file, Files.readAllLines(file).stream().flatMap(line -> Leftover.parse(line).stream())
                            .toList(), "cleaned up what a killed run had left (" + file.getFileName() + "): ", notice);
                }
            } catch (NoSuchFileException e) {
                continue; // Another run has just removed it.
            }
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // A run of this very program.
        }
    }

    /// @param before of a line about what was removed, if there was anything
    private static void remove(Path file, List<Leftover> made, String before, Consumer<String> notice)
            throws IOException {
        List<String> removed = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (Leftover.Kind kind : Leftover.Kind.values()) {
            List<Leftover> there = made.reversed().stream().filter(one -> one.kind() == kind && one.isThere()).toList();
            List<Leftover> still = there.stream().filter(one -> !one.remove()).toList();
            still.forEach(one -> failed.add(kind.words(1) + " " + one.name()));
            if (there.size() > still.size()) {
                removed.add(kind.words(there.size() - still.size()));
            }
        }
        if (!removed.isEmpty() && !before.isEmpty()) {
            notice.accept(before + String.join(", ", removed));
        }
        if (failed.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            notice.accept("could not remove " + String.join(", ", failed) + "; the next run tries again, by " + file);
        }
    }

    /// On Ctrl-C or SIGTERM: the thread that began this run ends it, and the virtual machine waits for that. Should it
    /// not come back, this one does it.
    private void stopFromOutside() {
        if (closed.getCount() == 0) {
            return;
        }
        stopped = true;
        owner.interrupt();
        try {
            if (!closed.await(UNTIL_STOPPED_SECONDS, TimeUnit.SECONDS)) {
                close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether a signal ends this run: what fails now fails because of that.
    public boolean isStopped() {
        return stopped;
    }

    /// A new, empty folder for temporary files.
    public Path folder(String prefix) {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), prefix + ProcessHandle.current().pid() + "-"
                + System.nanoTime()).toAbsolutePath();
        add(new Leftover(Leftover.Kind.FOLDER, folder.toString()));
        try {
            return Files.createDirectory(folder);
        } catch (IOException e) {
            throw CliException.unavailable("cannot make the folder " + folder + " (" + CliException.reason(e)
                    + "): is the disk full?");
        }
    }

    /// A process that was just started.
    void process(ProcessHandle process) {
        add(Leftover.of(process));
    }

    /// To be said before it is mounted.
    public void mount(Path folder) {
        add(new Leftover(Leftover.Kind.MOUNT, folder.toString()));
    }

    /// To be said before it is made.
    public void namespace(String name) {
        add(new Leftover(Leftover.Kind.NAMESPACE, name));
    }

    /// To be said before it is made.
    public void cable(String name) {
        add(new Leftover(Leftover.Kind.CABLE, name));
    }

    /// To be said before it is made.
    public void bridge(String name) {
        add(new Leftover(Leftover.Kind.BRIDGE, name));
    }

    private synchronized void add(Leftover one) {
        if (closed.getCount() == 0) {
            one.remove();
            throw CliException.failed("this run has been stopped");
        }
        made.add(one);
        try {
            channel.write(ByteBuffer.wrap((one.line() + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            one.remove();
            throw CliException.unavailable("cannot write to " + file + " (" + CliException.reason(e)
                    + "): what a run makes must be written down, so that nothing is left should it be killed");
        }
    }

    /// Removes everything that was written down.
    @Override
    public synchronized void close() {
        if (closed.getCount() == 0) {
            return;
        }
        boolean interrupted = Thread.interrupted(); // Whoever interrupted us waits for this.
        try (channel) {
            remove(file, made, stopped ? "stopped; cleaned up: " : "", notice);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closed.countDown();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
