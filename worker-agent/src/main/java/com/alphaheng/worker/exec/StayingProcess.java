package com.alphaheng.worker.exec;

import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Outcome;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.StayingCommands;
import com.alphaheng.worker.job.StayingCommands.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// A command that stays: gives it its turns through its standard input, reads its answers from its metrics file, and
/// stops all of its processes in between.
final class StayingProcess implements StayingCommands.Staying {
    private static final long BETWEEN_LOOKS_MILLIS = 2;
    private static final int LONGEST_ANSWER = 1 << 20;

    private final CompletableFuture<Started> started = new CompletableFuture<>();
    private final FutureTask<Outcome> outcome;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile boolean standsStill;
    private long answeredBytes;

    private record Started(OutputStream input, ProcessGroup group, Path metrics) {
    }

    /// Runs a command to its end, and calls [#started] once it has started.
    @FunctionalInterface
    interface Run {
        Outcome run(StayingProcess staying) throws EnvironmentFailure;
    }

    StayingProcess(Run run) {
        outcome = new FutureTask<>(() -> run.run(this));
    }

    /// Returns once the command has started.
    void begin() throws EnvironmentFailure {
        Thread.ofVirtual().name("a command that stays").start(() -> {
            outcome.run();
            over.complete(null);
            started.cancel(false);
        });
        started.exceptionally(_ -> null).join();
        if (started.isCancelled()) {
            end();
        }
    }

    void started(OutputStream input, ProcessGroup group, Path metrics) {
        started.complete(new Started(input, group, metrics));
    }

    /// Whether it is between two turns.
    boolean standsStill() {
        return standsStill;
    }

    @Override
    public Answer turn(long seed) {
        Started process = started.join();
        try {
            if (length(process.metrics) > answeredBytes) {
                return new Answer.Broken("wrote metrics when it was not its turn");
            }
            resume(process);
            process.input.write((seed + "\n").getBytes(StandardCharsets.US_ASCII));
            process.input.flush();
            while (!outcome.isDone()) {
                if (hasAnswered(process.metrics)) {
                    pause(process);
                    return answer(process.metrics);
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
            }
        } catch (IOException e) {
            // It has closed its standard input, or is gone and its files with it: how it ended tells.
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
        }
        return new Answer.Ended();
    }

    private void pause(Started process) {
        process.group.pause();
        standsStill = true;
    }

    private void resume(Started process) {
        standsStill = false;
        process.group.resume();
    }

    private boolean hasAnswered(Path metrics) throws IOException {
        long length = length(metrics);
        if (length <= answeredBytes) {
            return false;
        }
        try (RandomAccessFile file = new RandomAccessFile(metrics.toFile(), "r")) {
            file.seek(length - 1);
            return file.read() == '\n' || length - answeredBytes > LONGEST_ANSWER;
        }
    }

    private Answer answer(Path metrics) throws IOException {
        long length = length(metrics);
        if (length - answeredBytes > LONGEST_ANSWER) {
            return new Answer.Broken("wrote more than " + LONGEST_ANSWER + " bytes of metrics in one turn");
        }
        byte[] added = new byte[(int) (length - answeredBytes)];
        try (RandomAccessFile file = new RandomAccessFile(metrics.toFile(), "r")) {
            file.seek(answeredBytes);
            file.readFully(added);
        }
        answeredBytes = length;
        String text = new String(added, StandardCharsets.UTF_8);
        return text.indexOf('\n') == text.length() - 1 ? new Answer.Given(text)
                : new Answer.Broken("must add one line to $HENG_METRICS in each turn, but added "
                + text.lines().count());
    }

    /// A pipe in its place would block us, a link would make us read somebody else's file.
    private static long length(Path metrics) throws IOException {
        return Files.isRegularFile(metrics, LinkOption.NOFOLLOW_LINKS) ? Files.size(metrics) : 0;
    }

    @Override
    public Outcome end() throws EnvironmentFailure {
        if (!outcome.isDone()) {
            Started process = started.join();
            resume(process);
            try {
                process.input.close();
            } catch (IOException e) {
                // It has closed its own end already.
            }
        }
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EnvironmentFailure failure) {
                throw failure;
            }
            throw new IllegalStateException("the command was not run to its end", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            return new Commands.Killed(Commands.Cause.STOPPED, List.of(), Duration.ZERO);
        }
    }

    @Override
    public void close() {
        if (!outcome.isDone()) {
            started.join().group.kill();
        }
        over.join();
    }
}
