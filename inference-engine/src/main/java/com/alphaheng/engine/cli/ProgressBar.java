package com.alphaheng.engine.cli;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/// Shows on standard error how far long work is: a bar with the time left on a terminal, a line every ten seconds
/// elsewhere. Thread-safe.
public final class ProgressBar implements AutoCloseable {

    private static final int WIDTH = 30;
    private static final long TERMINAL_PAUSE = 100_000_000L;
    private static final long PLAIN_PAUSE = 10_000_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final Map<String, Start> starts = new HashMap<>();
    private String stage = "";
    private long lastShown;
    private boolean lineOpen;

    /// When a stage was first heard of, and what was done of it by then.
    private record Start(long nanos, long done) { }

    public ProgressBar() {
        // The launcher stands between this process and the terminal, so it tells.
        this(System.err, Boolean.getBoolean("marlin.terminal"), System::nanoTime);
    }

    ProgressBar(PrintStream out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.lastShown = nanoTime.getAsLong() - PLAIN_PAUSE;
    }

    /// Work of the stage done so far. The time left is reckoned from when the stage was first heard of, whatever
    /// other stages came in between.
    public synchronized void at(String name, long done, long total) {
        long now = nanoTime.getAsLong();
        boolean changed = !name.equals(stage);
        stage = name;
        Start start = starts.computeIfAbsent(name, key -> new Start(now, done));
        long pause = terminal ? TERMINAL_PAUSE : PLAIN_PAUSE;
        if (done < total && now - lastShown < pause && !(changed && terminal)) {
            return;
        }
        lastShown = now;
        double share = total == 0 ? 1 : (double) done / total;
        double progress = total == 0 ? 0 : (double) (done - start.done()) / total;
        String left = progress > 0.005 && share < 1
            ? ", " + duration((now - start.nanos()) / 1e9 * (1 - share) / progress) + " left" : "";
        if (terminal) {
            int full = (int) (share * WIDTH);
            out.printf(Locale.ROOT, "\r\033[K%s [%s%s] %3.0f%%%s", name, "#".repeat(full), ".".repeat(WIDTH - full),
                share * 100, left);
            lineOpen = true;
        } else {
            out.printf(Locale.ROOT, "%s %.0f%%%s%n", name, share * 100, left);
        }
        out.flush();
    }

    private static String duration(double seconds) {
        long minutes = Math.round(seconds / 60);
        return seconds < 100 ? String.format(Locale.ROOT, "%.0f s", seconds)
            : minutes < 100 ? minutes + " min"
            : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
    }

    @Override
    public synchronized void close() {
        if (lineOpen) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
