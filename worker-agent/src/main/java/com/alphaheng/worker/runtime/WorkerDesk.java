package com.alphaheng.worker.runtime;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.worker.job.Action;
import com.alphaheng.worker.job.AttemptBook;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.AttemptRunner;
import com.alphaheng.worker.job.Clocks;
import com.alphaheng.worker.job.CoordinatorLink;
import com.alphaheng.worker.job.Signal;
import com.alphaheng.worker.job.StopSwitch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/// The worker's threads: one that owns the [AttemptBook], one per running attempt, one that keeps the beat.
public final class WorkerDesk implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WorkerDesk.class);

    private final AttemptBook book;
    private final AttemptRunner runner;
    private final CoordinatorLink link;
    private final Function<AttemptId, AttemptOutput> outputs;
    private final Clocks clocks;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final Map<AttemptId, StopSwitch> switches = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("worker-beat").daemon().factory());
    private final CountDownLatch left = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("worker-desk").unstarted(this::serve);

    public WorkerDesk(AttemptBook book, AttemptRunner runner, CoordinatorLink link,
                      Function<AttemptId, AttemptOutput> outputs, Clocks clocks) {
        this.book = book;
        this.runner = runner;
        this.link = link;
        this.outputs = outputs;
        this.clocks = clocks;
    }

    /// Begins to serve; the first words to the coordinator wait for [#ready].
    public void start() {
        thread.start();
    }

    /// The inbox is open: introduce ourselves, and beat from now on.
    ///
    /// @param changed asked at each beat whether this worker has to introduce itself anew
    public void ready(Duration beat, BooleanSupplier changed) {
        signals.add(new Signal.Ready());
        timer.scheduleAtFixedRate(() -> signals.add(changed.getAsBoolean() ? new Signal.Ready() : new Signal.Beat()), 0,
                beat.toMillis(), TimeUnit.MILLISECONDS);
    }

    public void receive(CoordinatorMessage message) {
        signals.add(new Signal.Received(message));
    }

    /// Takes nothing new, gives running attempts so long to end, kills the rest, and says goodbye.
    public void drain(String reason, Duration patience) {
        signals.add(new Signal.DrainAsked(reason));
        timer.schedule(() -> signals.add(new Signal.DrainTimeOver()), patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            if (!left.await(patience.toMillis() + 30_000, TimeUnit.MILLISECONDS)) {
                LOG.warn("some attempts did not end in time; the next start of this worker cleans up after them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        thread.interrupt();
    }

    private void serve() {
        try {
            while (true) {
                Signal signal = signals.take();
                List<Action> actions = book.handle(signal, clocks.awake().instant());
                actions.forEach(this::perform);
            }
        } catch (InterruptedException e) {
            LOG.debug("the desk is closed");
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.SayHello(List<AttemptId> running) -> link.hello(running);
            case Action.SayBeat(List<AttemptId> running, Instant at) ->
                    link.heartbeat(running, () -> signals.add(new Signal.BeatDelivered(at)));
            case Action.SayProgress(AttemptId attempt, String stage) ->
                    link.progress(attempt, stage, clocks.wall().instant());
            case Action.Start(CoordinatorMessage.Assignment assignment) -> startAttempt(assignment);
            case Action.Kill(AttemptId attempt, var reason) ->
                    Optional.ofNullable(switches.get(attempt)).ifPresent(stop -> stop.stop(reason));
            case Action.Report(AttemptId attempt, AttemptResult result) ->
                    link.report(attempt, result, () -> signals.add(new Signal.ReportDelivered(attempt)));
            case Action.Forget(AttemptId attempt) -> link.forget(attempt);
            case Action.Leave(String reason) -> {
                link.goodbye(reason);
                left.countDown();
            }
        }
    }

    private void startAttempt(CoordinatorMessage.Assignment assignment) {
        AttemptId attempt = assignment.attempt();
        StopSwitch stop = new StopSwitch();
        switches.put(attempt, stop);
        Thread.ofPlatform().name("attempt " + attempt).start(() -> {
            LOG.infof("%s starts", attempt);
            AttemptResult result = runAttempt(assignment, stop);
            LOG.infof("%s ends: %s %s", attempt, result.outcome(), result.reason());
            switches.remove(attempt);
            signals.add(new Signal.Ended(attempt, result));
        });
    }

    private AttemptResult runAttempt(CoordinatorMessage.Assignment assignment, StopSwitch stop) {
        AttemptId attempt = assignment.attempt();
        Instant start = clocks.wall().instant();
        try (AttemptOutput output = outputs.apply(attempt)) {
            return runner.run(attempt, assignment.job(), stop, output,
                    stage -> signals.add(new Signal.StageReached(attempt, stage)));
        } catch (RuntimeException | AssertionError e) {
            // A bug of ours must not leave the coordinator waiting for the lease: say so and let another try.
            LOG.errorf(e, "%s: the worker itself failed", attempt);
            return new AttemptResult(AttemptResult.Outcome.ENVIRONMENT_FAILED, "the worker itself failed: " + e
                    + "; its log has the place", Optional.empty(), start, clocks.wall().instant(), List.of(),
                    assignment.job().commit().orElse(""), "");
        }
    }
}
