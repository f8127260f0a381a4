package com.alphaheng.engine.cli;

import java.io.PrintStream;
import java.util.Locale;

/// Shows on standard error how far long work is: a bar with the time left on a terminal, a line every ten seconds
/// elsewhere. Thread-safe.
public final class ProgressBar implements AutoCloseable {

    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal;
    private String stage = "";
    private long stageStart;
    private long lastShown;
    private boolean lineOpen;

    public ProgressBar() {
        this.out = System.err;
        // The launcher stands between this process and the terminal, so it tells.
        this.terminal = Boolean.getBoolean("marlin.terminal");
    }

    /// Work of the stage done so far; the time left is reckoned per stage.
    public synchronized void at(String name, long done, long total) {
        long now = System.nanoTime();
        boolean changed = !name.equals(stage);
        if (changed) {
            stage = name;
            stageStart = now;
        }
        long pause = terminal ? 100_000_000L : 10_000_000_000L;
        if (done < total && now - lastShown < pause && !(changed && terminal)) {
            return;
        }
        lastShown = now;
        double share = total == 0 ? 1 : (double) done / total;
        double seconds = (now - stageStart) / 1e9;
        String left = share > 0.01 && share < 1 ? String.format(Locale.ROOT, ", %.0f s left",
            seconds * (1 - share) / share) : "";
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

    @Override
    public synchronized void close() {
        if (lineOpen) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
