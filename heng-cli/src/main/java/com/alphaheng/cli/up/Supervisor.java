package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Starts a pipeline's programs and starts one again that dies, waiting longer each time.
final class Supervisor {
    private static final long START_SECONDS = 300;
    private static final long PATIENCE_SECONDS = 30;
    private static final int MOST_DEATHS = 6;
    private static final long STABLE_NANOS = Duration.ofSeconds(60).toNanos();

    private final Pipeline pipeline;
    private final Consumer<String> notice;
    private final Map<ChildProcess, Deaths> deaths = new HashMap<>();

    /// @param notice gets a line for the user whenever something is started again
    Supervisor(Pipeline pipeline, Consumer<String> notice) {
        this.pipeline = pipeline;
        this.notice = notice;
    }

    /// How often a program died in a row, and when it may be started again (System.nanoTime).
    private record Deaths(int count, long lastStart, long startAgainAt, boolean waiting) {
    }

    /// Starts all programs, each when the one before is ready.
    void startAll() throws InterruptedException {
        for (ChildProcess child : pipeline.children()) {
            pipeline.start(child);
            deaths.put(child, new Deaths(0, System.nanoTime(), 0, false));
            long end = System.nanoTime() + Duration.ofSeconds(START_SECONDS).toNanos();
            long slow = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
            while (!child.isReady()) {
                if (!child.isAlive()) {
                    throw CliException.unavailable("the " + child.name() + " did not start (exit status "
                            + child.exitStatus() + "). The end of " + child.log() + ":" + System.lineSeparator()
                            + child.lastLines());
                }
                if (System.nanoTime() > end) {
                    throw CliException.unavailable("the " + child.name() + " is not ready after " + START_SECONDS
                            + " s. The end of " + child.log() + ":" + System.lineSeparator() + child.lastLines());
                }
                if (System.nanoTime() > slow) {
                    notice.accept("still waiting for the " + child.name() + "; its output is in " + child.log());
                    slow = end;
                }
                Thread.sleep(100);
            }
        }
    }

    /// To be called again and again: looks after programs that died.
    void tend() {
        for (ChildProcess child : pipeline.children()) {
            if (!child.isAlive()) {
                revive(child, deaths.get(child));
            }
        }
    }

    private void revive(ChildProcess child, Deaths before) {
        long now = System.nanoTime();
        if (!before.waiting()) {
            int count = now - before.lastStart() > STABLE_NANOS ? 1 : before.count() + 1;
            if (count >= MOST_DEATHS) {
                throw CliException.unavailable("the " + child.name() + " died " + count + " times in a row. The end of "
                        + child.log() + ":" + System.lineSeparator() + child.lastLines());
            }
            long seconds = 1L << (count - 1);
            notice.accept("the " + child.name() + " died (exit status " + child.exitStatus()
                    + "); starting it again in "
                    + seconds + " s, its output is in " + child.log());
            deaths.put(child, new Deaths(count, before.lastStart(), now + Duration.ofSeconds(seconds).toNanos(), true));
        } else if (now - before.startAgainAt() >= 0) {
            pipeline.start(child);
            deaths.put(child, new Deaths(before.count(), now, 0, false));
        }
    }
}
