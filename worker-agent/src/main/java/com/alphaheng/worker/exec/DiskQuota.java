package com.alphaheng.worker.exec;

import com.alphaheng.worker.disk.FolderTree;
import java.nio.file.Path;
import java.util.List;

/// Looks now and then how much a command's folders hold.
final class DiskQuota {
    /// The time between two looks is at least so many times what a look takes: a measurement may run beside it.
    private static final int REST = 50;

    private final ExecSettings.Limits limits;
    private final List<Path> folders;
    private long nextLookNanos;

    DiskQuota(ExecSettings.Limits limits, List<Path> folders, long startNanos) {
        this.limits = limits;
        this.folders = folders;
        this.nextLookNanos = startNanos + limits.quotaInterval().toNanos();
    }

    /// Looks if it is time to, and says whether they hold too much.
    boolean exceeded(long nowNanos) {
        if (nowNanos - nextLookNanos < 0) {
            return false;
        }
        long used = folders.stream().mapToLong(FolderTree::bytes).sum();
        long ended = System.nanoTime();
        nextLookNanos = ended + Math.max(limits.quotaInterval().toNanos(), REST * (ended - nowNanos));
        return used > limits.diskQuotaBytes();
    }
}
