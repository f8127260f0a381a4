package com.alphaheng.engine.server;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.chat.Continuation;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// Runs requests on the one thread that owns the engine. As many as there are sessions take turns of some
/// milliseconds, so that a short request does not wait for a long one; the others wait in order of arrival, in a queue
/// of limited length. One token of one request is computed at a time: there is no continuous batching.
public final class Scheduler implements AutoCloseable {

    /// Long enough that switching costs nothing, short enough that streams do not stutter.
    private static final long TURN_NANOS = 50_000_000;
    private static final double MOST_RETRY_SECONDS = 60;

    /// @param sessions requests that take turns, each with a KV cache
    /// @param context  positions of a cache, 0 for the engine's default
    /// @param queue    most requests that wait
    /// @param timeLimit of a request, from its arrival to its last token
    public record Options(int sessions, int context, int queue, Duration timeLimit) {
        public Options {
            if (sessions < 1 || queue < 0 || context < 0 || !timeLimit.isPositive()) {
                throw new IllegalArgumentException("at least 1 session, a queue and a context of at least 0 and a time"
                    + " limit above 0 are needed, not " + sessions + ", " + queue + ", " + context + " and "
                    + timeLimit.toSeconds() + " s");
            }
        }
    }

    private final Engine engine;
    private final Tokenizer tokenizer;
    private final Options options;
    private final ServerMetrics metrics;
    private final SessionPool pool;
    private final Thread owner;
    private final int context;

    // Guarded by this object's lock.
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private final List<Ticket> running = new ArrayList<>();
    private boolean draining;
    private boolean stopped;
    /// Of the last requests, for telling others when to come back.
    private double usualSeconds = 1;

    /// Starts the owner thread, and computes a token to have everything ready. Owns neither engine nor tokenizer.
    ///
    /// @throws DeviceException when the device has no room for a session
    public Scheduler(Engine engine, Tokenizer tokenizer, Options options, ServerMetrics metrics) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.options = options;
        this.metrics = metrics;
        this.pool = new SessionPool(engine, SessionOptions.greedy().withContext(options.context()),
            options.sessions());
        CompletableFuture<Integer> ready = new CompletableFuture<>();
        this.owner = Thread.ofPlatform().name("engine").start(() -> run(ready));
        try {
            this.context = ready.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// Positions of a session's cache: most tokens of a prompt and its reply together.
    public int context() {
        return context;
    }

    /// Puts a request into the queue.
    ///
    /// @throws ApiException when the queue is full, the prompt too long, or the server ending
    public Ticket submit(Order order, Listener listener) {
        if (order.prompt().length >= context) {
            throw ApiException.refused(400, order.field(), "context_length_exceeded", "the prompt has "
                + order.prompt().length + " tokens; a prompt may have " + (context - 1)
                + " here, and with its reply " + context + ". Shorten it, or start the server with a larger --context"
                + " (this model goes up to " + engine.config().maxPositions() + ")");
        }
        Ticket ticket = new Ticket(this, order, listener, System.nanoTime());
        synchronized (this) {
            if (draining) {
                throw ApiException.ending();
            }
            if (running.size() + waiting.size() >= options.sessions() + options.queue()) {
                throw ApiException.busy(running.size() + " requests are under way and " + waiting.size()
                    + " wait, as many as this server lets: ask again later", retryAfter());
            }
            waiting.add(ticket);
            tellLoad();
            notifyAll();
        }
        return ticket;
    }

    private Duration retryAfter() {
        double rounds = 1 + waiting.size() / (double) options.sessions();
        return Duration.ofSeconds((long) Math.ceil(Math.min(MOST_RETRY_SECONDS, rounds * usualSeconds)));
    }

    synchronized void leaveQueue(Ticket ticket) {
        if (waiting.remove(ticket)) {
            tellLoad();
            notifyAll();
        }
    }

    /// Whether requests are taken.
    public synchronized boolean isReady() {
        return !draining && owner.isAlive();
    }

    /// Whether the thread that computes is there.
    public boolean isAlive() {
        return owner.isAlive();
    }

    private void tellLoad() {
        metrics.load(waiting.size(), running.size());
    }

    private void run(CompletableFuture<Integer> ready) {
        try (pool) {
            warmUp(ready);
            while (awaitWork()) {
                admit();
                for (Ticket ticket : List.copyOf(running)) {
                    turn(ticket);
                    metrics.cache(pool.size(), pool.tokens(), pool.capacity());
                }
            }
        } finally {
            abandon();
        }
    }

    /// Nobody may wait for a thread that has ended, whatever ended it.
    private void abandon() {
        List<Ticket> left = new ArrayList<>();
        boolean asked;
        synchronized (this) {
            asked = stopped;
            draining = true;
            left.addAll(running);
            left.addAll(waiting);
            running.clear();
            waiting.clear();
            notifyAll();
        }
        left.forEach(ticket -> ticket.listener.failed(asked ? ApiException.ending() : ApiException.failed(
            "engine_stopped", "the server's engine has stopped; its log says why. Restart the server", null)));
    }

    /// The first token of a process takes longest; nobody should wait for it.
    private void warmUp(CompletableFuture<Integer> ready) {
        try {
            int[] prompt = {engine.config().endOfSequence().iterator().next()};
            pool.fill();
            Session session = pool.take(prompt);
            session.sync(prompt);
            session.next();
            session.next();
            pool.giveBack(session);
            metrics.cache(pool.size(), pool.tokens(), pool.capacity());
            ready.complete(session.context());
        } catch (RuntimeException e) {
            ready.completeExceptionally(e);
            throw e;
        }
    }

    /// Returns false when there will be no more work.
    private synchronized boolean awaitWork() {
        while (waiting.isEmpty() && running.isEmpty() && !stopped) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
        return !stopped;
    }

    private void admit() {
        List<Ticket> late = new ArrayList<>();
        List<Ticket> next = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Ticket> each = waiting.iterator(); each.hasNext();) {
                Ticket ticket = each.next();
                if (isLate(ticket)) {
                    late.add(ticket);
                    each.remove();
                } else if (running.size() < options.sessions()) {
                    running.add(ticket);
                    next.add(ticket);
                    each.remove();
                }
            }
            tellLoad();
        }
        late.forEach(ticket -> ticket.listener.failed(ApiException.timeLimit("the request waited "
            + options.timeLimit().toSeconds() + " s for its turn, the time limit: ask again when there is less to do,"
            + " or start the server with a larger --time-limit")));
        next.forEach(ticket -> metrics.began(System.nanoTime() - ticket.arrived));
    }

    private boolean isLate(Ticket ticket) {
        return System.nanoTime() - ticket.arrived > options.timeLimit().toNanos();
    }

    /// Lets a request go on for a while. Whatever goes wrong is its own affair: the thread goes on.
    private void turn(Ticket ticket) {
        try {
            long end = System.nanoTime() + TURN_NANOS;
            begin(ticket);
            do {
                if (ticket.isCancelled()) {
                    leave(ticket, true);
                } else if (isLate(ticket)) {
                    fail(ticket, ApiException.timeLimit("the time limit of " + options.timeLimit().toSeconds()
                        + " s has passed after " + ticket.continuation.tokens() + " tokens: ask for fewer with"
                        + " max_tokens, or start the server with a larger --time-limit"), true);
                } else {
                    step(ticket);
                }
            } while (ticket.session != null && System.nanoTime() < end);
        } catch (ApiException e) {
            fail(ticket, e, true);
        } catch (DeviceException e) {
            fail(ticket, ApiException.failed("device_failed", "the device failed: " + e.getMessage()
                + ". The next request gets a new session; if it fails too, restart the server", e), false);
        } catch (RuntimeException e) {
            fail(ticket, ApiException.bug(e), false);
        }
    }

    private void begin(Ticket ticket) {
        if (ticket.session == null && !ticket.isCancelled()) {
            Order order = ticket.order;
            ticket.session = pool.take(order.prompt());
            try {
                ticket.session.sampleBy(order.sampling());
            } catch (IllegalArgumentException e) {
                throw ApiException.invalid("logit_bias", e.getMessage());
            }
            ticket.continuation = new Continuation(ticket.session, tokenizer, order.prompt(), order.limits(),
                piece -> {
                    if (!ticket.listener.text(piece)) {
                        ticket.continuation.interrupt();
                    }
                });
            metrics.prompt(order.prompt().length, Math.min(ticket.continuation.shared(), order.prompt().length - 1));
            ticket.listener.begun();
        }
    }

    private void step(Ticket ticket) {
        Continuation continuation = ticket.continuation;
        ServerMetrics.Phase phase = continuation.promptHeld() ? ServerMetrics.Phase.DECODE
            : ServerMetrics.Phase.PREFILL;
        int tokens = continuation.tokens();
        DeviceCounters before = engine.device().counters();
        boolean more = continuation.step();
        metrics.device(phase, engine.device().counters().minus(before));
        if (continuation.tokens() > tokens) {
            long now = System.nanoTime();
            if (tokens == 0) {
                metrics.firstToken(now - ticket.arrived);
            } else {
                metrics.nextToken(now - ticket.lastToken);
            }
            ticket.lastToken = now;
        }
        if (!more) {
            long took = System.nanoTime() - ticket.arrived;
            metrics.finished(took);
            leave(ticket, true);
            ticket.listener.ended(continuation.completion());
            synchronized (this) {
                usualSeconds = 0.8 * usualSeconds + 0.2 * took / 1e9;
            }
        }
    }

    private void fail(Ticket ticket, ApiException problem, boolean sessionIsSound) {
        leave(ticket, sessionIsSound);
        ticket.listener.failed(problem);
    }

    private void leave(Ticket ticket, boolean sessionIsSound) {
        if (ticket.session != null) {
            if (sessionIsSound) {
                pool.giveBack(ticket.session);
            } else {
                pool.discard(ticket.session);
            }
            ticket.session = null;
        }
        synchronized (this) {
            running.remove(ticket);
            tellLoad();
            notifyAll();
        }
    }

    /// Takes no more requests, and waits until those that were taken have ended.
    ///
    /// @return false when some had not by then
    public synchronized boolean drain(Duration patience) throws InterruptedException {
        draining = true;
        long end = System.nanoTime() + patience.toNanos();
        while (!waiting.isEmpty() || !running.isEmpty()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /// Ends what is under way, and the thread.
    @Override
    public void close() {
        synchronized (this) {
            draining = true;
            stopped = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (owner.isAlive()) {
            try {
                owner.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
