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
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(path.resolve("worker.lock"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "another worker runs in " + path,
                        "stop it, or give this one its own heng.worker.id and heng.worker.folder");
            }
            return new WorkerFolder(path, channel);
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write the work folder " + path,
                    "give this user the folder, or name another with heng.worker.folder (" + e.getMessage() + ")", e);
        }
    }

    /// Whether a worker runs in it.
    ///
    /// @throws IOException if it cannot be written
    static boolean isHeld(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path.resolve("worker.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            return !locked(channel);
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
