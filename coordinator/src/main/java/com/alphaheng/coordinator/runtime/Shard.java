package com.alphaheng.coordinator.runtime;

import com.alphaheng.coordinator.roadmap.Decision;
import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.RoadmapDecider;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapPolicy;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/// The one thread that owns the roadmap. It takes what has queued up, decides, replays the facts, appends them to the
/// log
/// in one transaction, and only then answers and lets queries see the result.
///
/// While a transaction is under way the queue fills, so that batches grow with the load. When the outcome of a
/// transaction is unknown the shard forgets what it believed and replays the log.
///
/// Several coordinators may run. A shard decides only between [#lead] and [#standBy]; otherwise it refuses with
/// [LogException.StandingBy].
public final class Shard implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(250);
    /// Between two looks at the log of a shard that stands by.
    private static final Duration FOLLOWING = Duration.ofSeconds(5);
    private static final Duration PAUSE_BEFORE_RECOVERY = Duration.ofMillis(500);
    private static final System.Logger LOGGER = System.getLogger(Shard.class.getName());
    /// Twice the time after which [ReportSource.Sink#upToDate] is told again, and a bit.
    private static final Duration HEARING = Duration.ofMillis(1_500);
    private static final int MAX_BATCH = 2_000;
    private static final int QUEUE_CAPACITY = 50_000;
    /// So many reports may be read again after a restart; they change nothing a second time.
    private static final int REPORTS_BETWEEN_CHECKPOINTS = 5_000;

    private sealed interface Work {
    }

    private record Asked(RoadmapCommand command, CompletableFuture<Reply> answer) implements Work {
    }

    private record Heard(long generation, int partition, long offset, RoadmapCommand.HearWorker command,
                         ReportSource.Proof proof) implements Work {
    }

    private record CaughtUp(long generation, RoadmapCommand command) implements Work {
    }

    /// @param at when that was so, in nanoseconds of [System#nanoTime]
    private record UpToDate(long generation, long at) implements Work {
    }

    private record Ticked() implements Work {
    }

    private record Queried(Consumer<RoadmapState> query, CompletableFuture<?> answer) implements Work {
    }

    private final EventLog log;
    private final ReportSource reports;
    private final RoadmapDecider decider;
    private final Admission admission;
    private final Clock clock;
    private final String instance;
    private final List<CommitListener> listeners;
    private final Consumer<Throwable> onStop;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>(QUEUE_CAPACITY);
    private final Thread thread;
    private volatile boolean running = true;
    private volatile boolean leading;
    private volatile boolean active;

    private RoadmapState state = new RoadmapState();
    private long nextOffset;
    private long generation;
    private long lastTickNanos;
    private long upToDateNanos;
    private long followedNanos = System.nanoTime();
    private int reportsSinceCheckpoint;
    private final Map<Integer, Long> reportOffsets = new HashMap<>();

    /// @param admission says whose reports count
    /// @param onStop told why when the shard can go on no more
    public Shard(EventLog log, ReportSource reports, Admission admission, RoadmapPolicy policy, Clock clock,
                 String instance, List<CommitListener> listeners, Consumer<Throwable> onStop) {
        this.log = log;
        this.reports = reports;
        this.admission = admission;
        this.decider = new RoadmapDecider(policy);
        this.clock = clock;
        this.instance = instance;
        this.listeners = List.copyOf(listeners);
        this.onStop = onStop;
        this.thread = Thread.ofPlatform().name("roadmap-shard").unstarted(this::run);
    }

    /// Starts the thread; the shard stands by until it is told to lead.
    public void start() {
        thread.start();
    }

    /// This process is the one to decide: recover from the log, shutting out any other writer, and go on.
    public void lead() {
        leading = true;
    }

    /// Another process is the one to decide.
    public void standBy() {
        leading = false;
    }

    /// Whether the log has been read and commands are decided here.
    public boolean active() {
        return active;
    }

    /// Asks for a command. The answer comes once its effects are durable; it fails with a [LogException] if that is
    /// unknown, and asking again is then safe.
    public CompletableFuture<Reply> ask(RoadmapCommand command) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        enqueue(new Asked(command, answer), answer);
        return answer;
    }

    /// Reads the state as of the last durable fact. The function runs on the shard: it must be quick and keep nothing.
    public <T> CompletableFuture<T> query(Function<RoadmapState, T> query) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        enqueue(new Queried(current -> answer.complete(query.apply(current)), answer), answer);
        return answer;
    }

    /// Commands and questions waiting for the shard.
    public int queueLength() {
        return queue.size();
    }

    private void enqueue(Work work, CompletableFuture<?> answer) {
        if (!running || !queue.offer(work)) {
            answer.completeExceptionally(new LogException.Uncertain(running
                    ? "the coordinator is overloaded: " + QUEUE_CAPACITY + " requests wait already; try again later"
                    : "the coordinator is stopping; try again in a moment", null));
        }
    }

    private void recover() {
        generation++;
        EventLog.Recovered recovered = log.open();
        state = recovered.state();
        nextOffset = recovered.nextOffset();
        reportOffsets.clear();
        reportOffsets.putAll(recovered.reportOffsets());
        List<Work> takeOver = List.of(new Asked(new RoadmapCommand.TakeOver(instance), new CompletableFuture<>()));
        commit(takeOver);
        lastTickNanos = System.nanoTime();
        upToDateNanos = lastTickNanos - HEARING.toNanos();
        long current = generation;
        reports.readFrom(recovered.reportOffsets(), new ReportSource.Sink() {
            @Override
            public void accept(int partition, long offset, WorkerMessage message, ReportSource.Proof proof) {
                hear(new Heard(current, partition, offset, new RoadmapCommand.HearWorker(message), proof));
            }

            @Override
            public void caughtUp(Map<String, Duration> silent, Duration others, Duration outage) {
                hear(new CaughtUp(current, new RoadmapCommand.RecallSilence(silent, others, outage)));
            }

            @Override
            public void upToDate() {
                hear(new UpToDate(current, System.nanoTime()));
            }
        });
    }

    private void hear(Work heard) {
        try {
            boolean taken = false;
            while (running && !taken) {
                taken = queue.offer(heard, 1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            List<Work> batch = new ArrayList<>();
            while (running) {
                changeRole();
                batch.clear();
                take(batch);
                if (active) {
                    step(batch);
                } else {
                    fail(batch, new LogException.StandingBy());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            running = false;
            onStop.accept(e);
        }
    }

    private void changeRole() throws InterruptedException {
        if (active && !leading) {
            stepDown();
        }
        if (!active && leading) {
            tryToRecover();
        }
        if (!active && !leading && System.nanoTime() - followedNanos > FOLLOWING.toNanos()) {
            log.follow();
            followedNanos = System.nanoTime();
        }
    }

    private void stepDown() {
        active = false;
        generation++;
        reports.stop();
        log.close();
    }

    /// The log may be away for a while; whoever leads waits for it.
    private void tryToRecover() throws InterruptedException {
        try {
            recover();
            active = true;
        } catch (LogException.Unreadable e) {
            throw e;
        } catch (LogException.Fenced e) {
            leading = false;
        } catch (LogException e) {
            LOGGER.log(Level.WARNING, "cannot lead yet, trying again: " + e.getMessage());
            Thread.sleep(PAUSE_BEFORE_RECOVERY);
        }
    }

    private void take(List<Work> batch) throws InterruptedException {
        long untilTick = TICK.toNanos() - (System.nanoTime() - lastTickNanos);
        Work first = queue.poll(Math.max(0, untilTick), TimeUnit.NANOSECONDS);
        if (first != null) {
            batch.add(first);
            queue.drainTo(batch, MAX_BATCH);
        }
        if (System.nanoTime() - lastTickNanos >= TICK.toNanos()) {
            lastTickNanos = System.nanoTime();
            batch.add(new Ticked());
        }
    }

    /// A write that was not confirmed may have happened: the next round replays the log to find out.
    private void step(List<Work> batch) {
        try {
            commit(batch);
        } catch (LogException.Fenced e) {
            fail(batch, e);
            leading = false;
            stepDown();
            LOGGER.log(Level.WARNING, e.getMessage());
        } catch (LogException e) {
            fail(batch, e);
            active = false;
            LOGGER.log(Level.WARNING, "reading the log again: " + e.getMessage());
        }
    }

    private static void fail(List<Work> batch, RuntimeException cause) {
        for (Work work : batch) {
            switch (work) {
                case Asked asked -> asked.answer().completeExceptionally(cause);
                case Queried queried -> queried.answer().completeExceptionally(cause);
                case Heard _, CaughtUp _, UpToDate _, Ticked _ -> { /* read again from the offsets of the log */ }
            }
        }
    }

    private void commit(List<Work> batch) {
        List<RoadmapEvent> events = new ArrayList<>();
        List<CoordinatorMessage> messages = new ArrayList<>();
        List<Runnable> answers = new ArrayList<>();
        for (Work work : batch) {
            switch (work) {
                case Asked asked -> {
                    Reply reply = decide(asked.command(), events, messages);
                    answers.add(() -> asked.answer().complete(reply));
                }
                case Heard heard -> {
                    if (heard.generation() == generation) {
                        if (admission.admits(state, heard.command().message(), heard.proof())) {
                            decide(heard.command(), events, messages);
                        }
                        reportOffsets.put(heard.partition(), heard.offset() + 1);
                        reportsSinceCheckpoint++;
                    }
                }
                case CaughtUp caughtUp -> {
                    if (caughtUp.generation() == generation) {
                        decide(caughtUp.command(), events, messages);
                    }
                }
                case UpToDate heard -> upToDateNanos = heard.generation() == generation ? heard.at() : upToDateNanos;
                case Ticked _ -> decide(new RoadmapCommand.Tick(hearing()), events, messages);
                case Queried queried -> answers.add(() -> answer(queried));
            }
        }
        int before;
        do {
            before = events.size();
            decide(new RoadmapCommand.AssignReadyTasks(), events, messages);
        } while (events.size() > before);
        append(events, messages);
        if (!events.isEmpty()) {
            listeners.forEach(listener -> listener.committed(state, events, nextOffset));
        }
        answers.forEach(Runnable::run);
    }

    private boolean hearing() {
        return System.nanoTime() - upToDateNanos < HEARING.toNanos();
    }

    private Reply decide(RoadmapCommand command, List<RoadmapEvent> events, List<CoordinatorMessage> messages) {
        Decision decision = decider.decide(state, command, clock.instant());
        for (RoadmapEvent event : decision.events()) {
            state.replay(event);
            events.add(event);
        }
        messages.addAll(decision.messages());
        return decision.reply();
    }

    private void append(List<RoadmapEvent> events, List<CoordinatorMessage> messages) {
        List<RoadmapEvent.Durable> durable = new ArrayList<>();
        for (RoadmapEvent event : events) {
            if (event instanceof RoadmapEvent.Durable fact) {
                durable.add(fact);
            }
        }
        if (!durable.isEmpty() || !messages.isEmpty() || reportsSinceCheckpoint >= REPORTS_BETWEEN_CHECKPOINTS) {
            nextOffset = log.append(durable, messages, reportOffsets);
            reportsSinceCheckpoint = 0;
        }
    }

    private void answer(Queried queried) {
        try {
            queried.query().accept(state);
        } catch (RuntimeException e) {
            queried.answer().completeExceptionally(e);
        }
    }

    /// Stops deciding, then closes log and reports.
    @Override
    public void close() {
        running = false;
        if (thread.isAlive()) {
            try {
                thread.join(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        reports.close();
        log.close();
        List<Work> left = new ArrayList<>();
        queue.drainTo(left);
        fail(left, new LogException.Uncertain("the coordinator is stopping; try again in a moment", null));
    }
}
