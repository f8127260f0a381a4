package com.alphaheng.cli.faults;

import com.alphaheng.cli.up.RunRecord;
import com.alphaheng.cli.up.Shell;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder with a file system of its own (Linux, root), so that it can be filled without harm to anything else.
final class SmallDisk {
    private static final int BLOCK = 1 << 20;

    private final Path folder;
    private final boolean mounted;

    private SmallDisk(Path folder, boolean mounted) {
        this.folder = folder;
        this.mounted = mounted;
    }

    /// Goes with the run. Where nothing can be mounted it is a plain folder, which cannot be filled.
    static SmallDisk mount(RunRecord record, Path folder, int megabytes) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        record.mount(folder);
        return new SmallDisk(folder, Shell.succeeds("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs",
                folder.toString()));
    }

    boolean canBeFilled() {
        return mounted;
    }

    Path folder() {
        return folder;
    }

    /// Leaves not a byte.
    void fill() {
        byte[] block = new byte[BLOCK];
        for (int size = BLOCK; size >= 1; size /= 32) {
            try (OutputStream ballast = Files.newOutputStream(folder.resolve("ballast-" + size))) {
                while (true) {
                    ballast.write(block, 0, size);
                }
            } catch (IOException e) {
                // Full for blocks of this size; smaller ones may still fit.
            }
        }
    }

    void free() {
        try {
            for (int size = BLOCK; size >= 1; size /= 32) {
                Files.deleteIfExists(folder.resolve("ballast-" + size));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
