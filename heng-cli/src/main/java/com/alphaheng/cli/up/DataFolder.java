package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// The folder of one pipeline on this machine. One `heng up` owns it at a time.
///
///     FOLDER/heng.properties   ports, and the processes of the last run
///     FOLDER/admin.token       for 'heng up --listen': the token of whoever started it
///     FOLDER/secrets.key       the key of the secrets in the event log; as important as the log for webhooks
///     FOLDER/heng.lock         locked while `heng up` runs
///     FOLDER/broker, worker    what the programs keep
///     FOLDER/logs              their output
final class DataFolder implements AutoCloseable {
    private static final String ADMIN_TOKEN = "admin.token";
    private static final String PROPERTIES = "heng.properties";
    private static final long LEAST_FREE_BYTES = 256L << 20;

    private final Path folder;
    private final FileChannel lock;
    private final Properties properties = new Properties();

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Creates the folder if need be, and takes it; what a killed predecessor left running is stopped.
    static DataFolder open(Path path) {
        Path folder = path.toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            long free = Files.getFileStore(folder).getUsableSpace();
            if (free < LEAST_FREE_BYTES) {
                throw CliException.unavailable("the disk of " + folder + " has only " + (free >> 20)
                        + " MiB free: free "
                        + "some space, or name a folder on another disk with --data");
            }
            FileChannel channel = FileChannel.open(folder.resolve("heng.lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock taken = channel.tryLock();
            if (taken == null) {
                channel.close();
                throw CliException.unavailable("another 'heng up' runs on " + folder
                        + ": stop it with Ctrl-C, or name another folder with --data and another --port");
            }
            DataFolder data = new DataFolder(folder, channel);
            data.load();
            data.stopLeftovers();
            return data;
        } catch (IOException e) {
            throw CliException.unavailable("cannot use the data folder " + folder + " (" + CliException.reason(e)
                    + "): make it writable, or name another one with --data");
        }
    }

    private void load() throws IOException {
        load(folder, properties);
    }

    private static void load(Path folder, Properties properties) throws IOException {
        Path file = folder.resolve(PROPERTIES);
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        }
    }

    /// The port that the broker of this folder had last; nothing is taken or created.
    static Optional<Integer> brokerPortOf(Path folder) {
        Properties known = new Properties();
        try {
            load(folder, known);
        } catch (IOException e) {
            throw CliException.unavailable("cannot read " + folder.resolve(PROPERTIES) + ": " + CliException.reason(e));
        }
        return Optional.ofNullable(known.getProperty("broker.port")).map(Integer::valueOf);
    }

    private void save() {
        Path partial = folder.resolve(PROPERTIES + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(partial, StandardCharsets.UTF_8)) {
                properties.store(writer, "written by heng up");
            }
            Files.move(partial, folder.resolve(PROPERTIES), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw CliException.unavailable("cannot write to " + folder + " ("
                    + CliException.reason(e) + "): is the disk full?");
        }
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /// The file with the admin's token, for coordinators that others reach; made when first asked for.
    Path adminToken() {
        Path file = folder.resolve(ADMIN_TOKEN);
        if (!Files.exists(file)) {
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            try {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------")));
                Files.writeString(file, "heng_" + HexFormat.of().formatHex(random));
            } catch (IOException e) {
                throw CliException.unavailable("cannot write " + file + " ("
                        + CliException.reason(e) + "): is the disk full?");
            }
        }
        return file;
    }

    static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw CliException.unavailable("cannot read " + file + " ("
                    + CliException.reason(e) + "): give this user the file");
        }
    }

    Optional<Integer> brokerPort() {
        return Optional.ofNullable(properties.getProperty("broker.port")).map(Integer::valueOf);
    }

    void rememberBrokerPort(int port) {
        properties.setProperty("broker.port", Integer.toString(port));
        save();
    }

    void remember(ChildProcess child) {
        properties.setProperty("process." + child.name(), child.handle().pid() + " "
                + child.handle().info().startInstant().map(Instant::toString).orElse("-"));
        save();
    }

    /// Stops processes of a run that was killed before it could do so itself; the start time tells them from strangers
    /// that got their number.
    private void stopLeftovers() {
        for (String name : List.of("worker", "coordinator", "broker")) {
            String[] left = properties.getProperty("process." + name, "").split(" ");
            if (left.length == 2) {
                ProcessHandle.of(Long.parseLong(left[0])).filter(handle -> handle.info().startInstant()
                        .map(Instant::toString).orElse("").equals(left[1])).ifPresent(handle -> {
                            System.err.println("heng: stopping the " + name + " that an earlier run left behind");
                            ChildProcess.stop(handle, name);
                        });
            }
        }
    }

    /// Forgets everything: tasks, results, logs. Only what this program put there is removed.
    void clear() {
        for (String name : List.of("broker", "worker", "logs", PROPERTIES)) {
            Path root = folder.resolve(name);
            if (Files.exists(root)) {
                try (Stream<Path> files = Files.walk(root)) {
                    files.sorted(Comparator.reverseOrder()).forEach(DataFolder::delete);
                } catch (IOException | UncheckedIOException e) {
                    throw CliException.unavailable("cannot remove " + root + " (" + e.getMessage()
                            + "): remove it yourself, or name another folder with --data");
                }
            }
        }
        properties.clear();
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
