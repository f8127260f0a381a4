package com.alphaheng.worker.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// Whole folders: their size, and their removal. Links are never followed.
public final class FolderTree {
    private static final int ATTEMPTS = 5;

    private FolderTree() {
    }

    /// Bytes of all files; a file that vanishes meanwhile counts nothing.
    public static long bytes(Path folder) {
        long[] total = new long[1];
        walk(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                total[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return total[0];
    }

    /// Removes a folder and all in it, also what was made read-only; does nothing if it is not there.
    ///
    /// @throws UncheckedIOException if something could not be removed
    public static void remove(Path folder) {
        for (int attempt = 1; ; attempt++) {
            try {
                removeOnce(folder);
                return;
            } catch (UncheckedIOException e) {
                // A file may have come while we were removing; it can't go on for ever, its writers are being killed.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void removeOnce(Path folder) {
        walk(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                // A job may have taken away its own write permission, to be kept.
                directory.toFile().setWritable(true);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void walk(Path folder, SimpleFileVisitor<Path> visitor) {
        try {
            if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.walkFileTree(folder, visitor);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
