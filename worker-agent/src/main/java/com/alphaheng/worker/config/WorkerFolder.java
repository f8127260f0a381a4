package com.alphaheng.worker.config;

import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The folder a worker owns, held by a lock so that no second worker uses it.
final class WorkerFolder implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;

    private WorkerFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /// @throws EnvironmentFailure if it cannot be written, or another worker holds it
    static WorkerFolder open(Path path) throws EnvironmentFailure {
        made(path);
        try {
            FileChannel channel = FileChannel.open(path.resolve("worker.lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "another worker runs in " + path,
                        "stop it, or give this one its own heng.worker.id and heng.worker.folder");
            }
            return new WorkerFolder(path, channel);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /// The folder, made if it was not there.
    ///
    /// @throws EnvironmentFailure if it cannot be written
    static Path made(Path path) throws EnvironmentFailure {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private static EnvironmentFailure unwritable(Path path, IOException cause) {
        String why = cause.getMessage() == null || cause.getMessage().equals(path.toString())
                ? cause.getClass().getSimpleName() : cause.getMessage();
        return new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write the work folder " + path,
                "give this user the folder, or name another with heng.worker.folder (" + why + ")", cause);
    }

    /// Whether a worker runs in it.
    ///
    /// @throws EnvironmentFailure if it cannot be written
    static boolean isHeld(Path path) throws EnvironmentFailure {
        try (FileChannel channel = FileChannel.open(path.resolve("worker.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            return !locked(channel);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
