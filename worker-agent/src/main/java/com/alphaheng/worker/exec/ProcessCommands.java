package com.alphaheng.worker.exec;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Checkouts;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.StayingCommands;
import com.alphaheng.worker.job.StopSwitch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Runs commands as real processes, each in a session of its own; standard input is closed, but for a command that
/// stays.
public final class ProcessCommands implements StayingCommands {
    private static final Duration PUMP_PATIENCE = Duration.ofSeconds(2);
    private static final int MOST_METRICS_BYTES = 1 << 20;

    private static final Pattern BASH_TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");

    private final ExecSettings settings;
    private final CommandLine commandLine;

    /// @throws EnvironmentFailure if the folder cannot be written
    public ProcessCommands(ExecSettings settings, CommandLine commandLine) throws EnvironmentFailure {
        this.settings = settings;
        this.commandLine = commandLine;
        try {
            Files.createDirectories(settings.scratch());
            Files.createDirectories(settings.running());
        } catch (IOException e) {
            throw new EnvironmentFailure(EnvironmentFailure.Code.FOLDER_UNWRITABLE, "cannot write " + settings.folder(),
                    "give this user the folder, or name another with heng.worker.folder", e);
        }
    }

    /// Kills what an earlier, killed worker process left running, its git too, and removes scratch files of commands.
    ///
    /// @return how many commands had been left
    public int killLeftovers() {
        int found = 0;
        ProcessGroup.killMarked(Checkouts.GIT_VARIABLE + "=" + settings.folder().toAbsolutePath() + "/");
        try (Stream<Path> notes = Files.list(settings.running())) {
            for (Path note : notes.toList()) {
                // The number may meanwhile belong to somebody else's process: only the token proves it is ours.
                new ProcessGroup(0, note.getFileName().toString()).killTokenCarriers();
                Files.deleteIfExists(note);
                found++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FolderTree.remove(settings.scratch());
        settings.scratch().toFile().mkdirs();
        return found;
    }

    @Override
    public Outcome run(Request request, StopSwitch stop, AttemptOutput output) throws EnvironmentFailure {
        return run(request, stop, output, Optional.empty());
    }

    @Override
    public Staying stay(Request request, StopSwitch stop, AttemptOutput output) throws EnvironmentFailure {
        StayingProcess staying = new StayingProcess(it -> run(request, stop, output, Optional.of(it)));
        staying.begin();
        return staying;
    }

    private Outcome run(Request request, StopSwitch stop, AttemptOutput output, Optional<StayingProcess> staying)
            throws EnvironmentFailure {
        String token = UUID.randomUUID().toString();
        Path scratch = settings.scratch().resolve(token);
        Path note = settings.running().resolve(token);
        try {
            Files.createDirectories(job(scratch).resolve("tmp"));
            Files.writeString(note, request.script());
            return runNoted(request, token, scratch, stop, output, staying);
        } catch (IOException e) {
            boolean full = settings.folder().toFile().getUsableSpace() < 1 << 20;
            throw full ? new EnvironmentFailure(EnvironmentFailure.Code.DISK_FULL,
                    "no space left under " + settings.folder(), "free some, or name another heng.worker.folder", e)
                    : new EnvironmentFailure(EnvironmentFailure.Code.CANNOT_START, "cannot run bash in "
                    + request.folder() + " (" + e.getMessage() + ")", "`./heng doctor` shows what is missing",
                    e);
        } finally {
            FolderTree.remove(scratch);
            note.toFile().delete();
        }
    }

    private Outcome runNoted(Request request, String token, Path scratch, StopSwitch stop, AttemptOutput output,
                             Optional<StayingProcess> staying) throws IOException {
        Path job = job(scratch);
        Path metrics = job.resolve("metrics.json");
        Path left = scratch.resolve("left");
        ProcessBuilder builder = new ProcessBuilder(commandLine.of(request.script(), request.confinement(),
                new LinuxSandbox.Place(request.folder(), job, settings.reach()), left, settings.limits().fileBytes()));
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(settings.environment());
        environment.put("TMPDIR", job.resolve("tmp").toString());
        environment.put("HENG_METRICS", metrics.toString());
        environment.putAll(request.environment());
        environment.put(ProcessGroup.TOKEN_VARIABLE, token);
        builder.directory(request.folder().toFile()).redirectErrorStream(true)
                .redirectInput(staying.isPresent() ? ProcessBuilder.Redirect.PIPE
                        : ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        long start = System.nanoTime();
        Process process = builder.start();
        ProcessGroup group = new ProcessGroup(process.pid(), token);
        staying.ifPresent(waiting -> waiting.started(process.getOutputStream(), group, metrics));
        OutputPump pump = new OutputPump(process.getInputStream(), request.source(), settings.mask(),
                settings.limits().outputBytes(), output);
        Thread pumping = Thread.ofVirtual().name("output of " + process.pid()).start(pump);
        AtomicReference<Cause> cause = new AtomicReference<>();
        List<String> leftProcesses = new ArrayList<>();
        try (StopSwitch.Registration _ = stop.onStop(() -> cause.compareAndSet(null, Cause.STOPPED))) {
            watch(process, group, request, job, start, cause, () -> staying.filter(StayingProcess::standsStill)
                    .isPresent() ? System.nanoTime() : pump.lastOutputNanos());
            group.others().forEach(entry -> leftProcesses.add(entry.description()));
        } finally {
            group.kill();
        }
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        finish(process, pumping);
        if (cause.get() != null) {
            return new Killed(cause.get(), pump.lastLines(), elapsed);
        }
        Optional<Duration> used = processorTime(scratch.resolve("left.times"));
        for (String line : lines(left)) {
            // Without times nothing was run: this line is not one that a command gave to a process of its own.
            if (used.isEmpty() && line.startsWith(LinuxSandbox.FAILURE)) {
                throw new IOException("its sandbox cannot be set up: " + line.substring(LinuxSandbox.FAILURE.length()));
            }
            leftProcesses.add(line);
        }
        return new Exited(process.exitValue(), pump.lastLines(), elapsed, metrics(metrics), leftProcesses, used);
    }

    /// What belongs to the command itself: temporary files and metrics.
    private static Path job(Path scratch) {
        return scratch.resolve("job");
    }

    /// Returns once the process has ended, or there is a cause to kill it.
    ///
    /// @param lastSign when it last printed something; now, while it has to stand still
    private void watch(Process process, ProcessGroup group, Request request, Path job, long start,
                       AtomicReference<Cause> cause, LongSupplier lastSign) {
        long deadline = start + request.timeLimit().toNanos();
        DiskQuota quota = new DiskQuota(settings.limits(), List.of(request.folder(), job), start);
        Progress progress = new Progress(settings.limits().standstill(), start);
        try {
            while (cause.get() == null && !process.waitFor(50, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                if (now - deadline >= 0) {
                    cause.compareAndSet(null, Cause.TIME_LIMIT);
                }
                if (request.silenceLimit().isPresent()) {
                    if (now - lastSign.getAsLong() > request.silenceLimit().get().toNanos()) {
                        cause.compareAndSet(null, Cause.SILENCE);
                    }
                } else if (progress.stalled(now, lastSign.getAsLong(), group::processorTimes)) {
                    cause.compareAndSet(null, Cause.STALLED);
                }
                if (quota.exceeded(now)) {
                    cause.compareAndSet(null, Cause.DISK_QUOTA);
                }
            }
        } catch (InterruptedException e) {
            cause.compareAndSet(null, Cause.STOPPED);
            Thread.currentThread().interrupt();
        }
    }

    /// The output ends when the last holder of the pipe is dead; one that escaped must not hold us up.
    private static void finish(Process process, Thread pumping) throws IOException {
        try {
            process.waitFor();
            if (!pumping.join(PUMP_PATIENCE)) {
                process.getInputStream().close();
                pumping.join(PUMP_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> metrics(Path file) throws IOException {
        // A pipe in its place would block us, a link would make us read somebody else's file.
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (InputStream input = Files.newInputStream(file)) {
            return Optional.of(new String(input.readNBytes(MOST_METRICS_BYTES), StandardCharsets.UTF_8));
        }
    }

    /// The second line of bash's `times`: user and system time of its children, `0m1.234s 0m0.056s`.
    private static Optional<Duration> processorTime(Path file) throws IOException {
        List<String> lines = lines(file);
        Matcher times = BASH_TIMES.matcher(lines.size() > 1 ? lines.get(1) : "");
        if (!times.matches()) {
            return Optional.empty();
        }
        double seconds = 60 * (Integer.parseInt(times.group(1)) + Integer.parseInt(times.group(3)))
                + Double.parseDouble(times.group(2)) + Double.parseDouble(times.group(4));
        return Optional.of(Duration.ofMillis(Math.round(1000 * seconds)));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).stream().map(String::strip).filter(l -> !l.isEmpty())
                .toList()
                : List.of();
    }
}
