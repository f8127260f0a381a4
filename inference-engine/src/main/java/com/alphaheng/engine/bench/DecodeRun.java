package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.graph.DraftCounters;
import com.alphaheng.engine.graph.Timeline;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;

/// Times prefill and greedy decode of one engine on a rung, again and again, each time on a prompt of its own. Owns its
/// session.
public final class DecodeRun implements AutoCloseable {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final double NOTABLY = 1.05;
    private static final long STEADY_NANOS = 1_500_000_000L;
    private static final long MOST_WARM_UP_NANOS = 15_000_000_000L;
    /// How many samples a warm-up takes depends on time: those that count must not.
    private static final int FIRST_OF_WARM_UP = 1 << 30;

    private final Engine engine;
    private final Session session;
    private final int length;
    private BenchPrompts prompts;
    private int[] prompt;
    private long sample;

    /// @param prompts two runs that draw from equal ones get the same prompts in the same order
    /// @param length  of each prompt
    /// @param tokens  most tokens that will be decoded after the prompt
    public DecodeRun(Engine engine, BenchPrompts prompts, int length, int tokens) {
        this.engine = engine;
        this.length = length;
        this.session = engine.newSession(SessionOptions.greedy()
            .withContext(length + tokens + 2 * Timeline.MOST_STEPS_AHEAD));
        reseed(prompts);
    }

    /// Goes on with the first of other prompts.
    public void reseed(BenchPrompts others) {
        prompts = others;
        sample = 0;
        prompt = prompts.draw(sample, length);
    }

    /// @param prefillSeconds for the whole prompt; the first token is chosen afterwards
    /// @param decodeSeconds  for `tokens` tokens
    /// @param tokens         decoded
    /// @param ids            what was decoded
    /// @param counters       of the decode part
    /// @param prefill        counters of the prefill
    /// @param pauses         times the host, ahead of the device, looked in vain for an id during decode
    /// @param heapBytes      allocated on the heap by all threads during decode
    /// @param drafts         how drafting went during decode, on rungs that draft
    public record Sample(double prefillSeconds, double decodeSeconds, int tokens, int[] ids,
                         DeviceCounters counters, DeviceCounters prefill, long pauses, long heapBytes,
                         DraftCounters drafts) {

        public double decodeRate() {
            return tokens / decodeSeconds;
        }
    }

    /// Decodes `tokens` tokens with each of the runs in turn until none of them has become faster for a while, so that
    /// the JIT compiler is done with everything on the way: on two cores that takes several seconds.
    public static void warmUp(int tokens, DecodeRun... runs) {
        double[] best = new double[runs.length];
        for (DecodeRun run : runs) {
            run.sample = FIRST_OF_WARM_UP;
        }
        long start = System.nanoTime();
        long improved = start;
        do {
            for (int i = 0; i < runs.length; i++) {
                double rate = runs[i].measure(tokens).decodeRate();
                if (rate > best[i] * NOTABLY) {
                    best[i] = rate;
                    improved = System.nanoTime();
                }
            }
        } while (System.nanoTime() - improved < STEADY_NANOS && System.nanoTime() - start < MOST_WARM_UP_NANOS);
        for (DecodeRun run : runs) {
            run.sample = 0;
        }
    }

    /// Computes the next prompt and decodes `tokens` tokens.
    public Sample measure(int tokens) {
        prompt = prompts.draw(sample++, length);
        session.timeline().truncate(0);
        return measureFromHere(tokens);
    }

    /// Decodes `tokens` tokens after the same prompt with another end; the rest stays in the cache, so that the prefill
    /// says nothing.
    public Sample measureDecode(int tokens) {
        prompt = prompts.withNewEnd(prompt, sample++);
        return measureFromHere(tokens);
    }

    private Sample measureFromHere(int tokens) {
        DeviceCounters empty = engine.device().counters();
        long start = System.nanoTime();
        session.sync(prompt);
        session.timeline().await();
        double prefill = (System.nanoTime() - start) / 1e9;
        DeviceCounters filled = engine.device().counters().minus(empty);
        // The first choice needs no step.
        session.next();
        long pauses = session.timeline().pauses();
        DraftCounters drafts = session.timeline().draftCounters();
        int[] ids = new int[tokens];
        DeviceCounters before = engine.device().counters();
        long heap = THREADS.getTotalThreadAllocatedBytes();
        long begin = System.nanoTime();
        for (int i = 0; i < tokens; i++) {
            ids[i] = session.next();
        }
        long end = System.nanoTime();
        return new Sample(prefill, (end - begin) / 1e9, tokens, ids, engine.device().counters().minus(before),
            filled, session.timeline().pauses() - pauses, THREADS.getTotalThreadAllocatedBytes() - heap,
            session.timeline().draftCounters().minus(drafts));
    }

    /// Milliseconds per token of each component, over `tokens` tokens. Timing every operation slows decode, so the
    /// shares matter more than the sum.
    public Map<Component, Double> breakdown(int tokens) {
        session.sync(prompt);
        long[] nanos = new long[Component.values().length];
        int before = session.timeline().position();
        // Timed steps are done when they are queued, so none runs ahead.
        String mtpLayer = "layer " + engine.config().layers() + " ";
        session.timeline().profile((operation, time) -> {
            boolean drafts = operation.label().startsWith("draft") || operation.label().startsWith(mtpLayer);
            nanos[(drafts ? Component.DRAFTS : operation.component()).ordinal()] += time;
        });
        session.next();
        for (int i = 0; i < tokens; i++) {
            session.next();
        }
        session.timeline().profile(null);
        int steps = session.timeline().position() - before;
        Map<Component, Double> milliseconds = new EnumMap<>(Component.class);
        for (Component component : Component.values()) {
            milliseconds.put(component, nanos[component.ordinal()] / 1e6 / steps);
        }
        return milliseconds;
    }

    @Override
    public void close() {
        session.close();
    }
}
