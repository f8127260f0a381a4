package com.alphaheng.worker.disk;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// Free space of a folder's disk below which nothing new should begin.
///
/// @param leastBytes 0 asks for none
public record DiskFloor(Path folder, long leastBytes) {
    /// What follows from an obstacle.
    public static final String CONSEQUENCE = "a worker takes nothing here";

    /// A worker that stopped for want of space goes on only with this much more, so that it does not stop and go.
    private static final double HYSTERESIS = 1.1;
    private static final double GIBIBYTE = 1L << 30;

    /// Why nothing new should begin; empty if there is room.
    ///
    /// @param already whether it was so when last asked
    public Optional<String> obstacle(boolean already) {
        long free = folder.toFile().getUsableSpace();
        return free >= (already ? HYSTERESIS : 1) * leastBytes ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "%.1f GiB free in %s, heng.worker.disk-floor is %.1f GiB: "
                + "free some", free / GIBIBYTE, folder, leastBytes / GIBIBYTE));
    }

    /// For people.
    public String free() {
        return String.format(Locale.ROOT, "%.1f GiB free", folder.toFile().getUsableSpace() / GIBIBYTE);
    }
}
