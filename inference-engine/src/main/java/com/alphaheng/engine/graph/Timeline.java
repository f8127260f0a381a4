package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.SampleState;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// One sequence on a device: its KV cache, its control slots, its recorded steps, and where it stands. Runs steps
/// the way the rung of [Optimizations] says. Knows ids and positions, not text, sampling or prompts. Not
/// thread-safe.
public final class Timeline implements AutoCloseable {

    /// Most steps between two looks at the ids: twice as many may be under way, which a stream must hold.
    public static final int MOST_STEPS_AHEAD = 16;

    private static final int RING = 64;
    private static final long PAUSE_NANOS = 50_000;

    private final Device device;
    private final ModelConfig config;
    private final Optimizations optimizations;
    private final int capacity;
    private final int maxTokens;
    private final List<DeviceBuffer> owned = new ArrayList<>();
    private final Control control;
    private final StepRecorder recorder;
    private final StepRunner runner;
    private final List<CacheLayer> caches;
    /// Null on rungs without drafts.
    private final Drafts drafts;
    /// Kept, so that a step allocates nothing.
    private final StepRunner.Recording decode = (buffers, step) -> recordDecode(false, buffers, step);
    private final StepRunner.Recording carriedDecode = (buffers, step) -> recordDecode(true, buffers, step);
    private final StepRunner.Recording greedyDecode = this::recordGreedyDecode;
    private final StepRunner.Recording sampledDecode = this::recordSampledDecode;
    /// Null until ids are sampled.
    private SampleState samples;
    private boolean sampling;
    private int position;
    private int chosen;
    private long pauses;
    /// The submission that makes each of the last choices.
    private final long[] madeBy = new long[RING];

    /// @param capacity  positions of the KV cache
    /// @param maxTokens largest number of tokens in one step
    /// @param maxRows   largest number of rows of logits of one step
    public Timeline(Device device, Weights weights, Optimizations optimizations, int capacity, int maxTokens,
                    int maxRows) {
        if (optimizations.drafts() > 0 && weights.mtp().isEmpty()) {
            throw new IllegalArgumentException("this model has no MTP layer (layer " + weights.config().layers()
                + ") to draft with: leave --mtp out");
        }
        this.device = device;
        this.config = weights.config();
        this.optimizations = optimizations;
        this.capacity = capacity;
        this.maxTokens = Math.min(maxTokens, capacity);
        this.control = new Control(own("control", Control.SLOTS * 4L), own("tokens", this.maxTokens * 4L),
            own("ring", RING * 4L), RING);
        this.caches = allocateCaches();
        this.recorder = optimizations.fused() ? new StepRecorder(weights, caches, control)
            : new PlainStepRecorder(weights, caches, control);
        int depth = optimizations.drafts();
        this.drafts = depth == 0 ? null : new Drafts(weights, depth, caches, control,
            new CacheLayer(own("KV cache of the MTP layer", layout().bytes()), layout()), this.maxTokens, this::own);
        this.runner = orClose(() -> new StepRunner(device, optimizations, Math.max(this.maxTokens, 1 + depth),
            Math.max(maxRows, 1 + depth)));
    }

    private DeviceBuffer own(String label, long bytes) {
        DeviceBuffer buffer = orClose(() -> device.allocate(label, bytes));
        owned.add(buffer);
        return buffer;
    }

    /// A timeline that cannot be had whole leaves nothing behind.
    private <T> T orClose(Supplier<T> part) {
        try {
            return part.get();
        } catch (RuntimeException e) {
            owned.forEach(DeviceBuffer::close);
            throw e;
        }
    }

    private CacheLayout layout() {
        return new CacheLayout(optimizations.cacheFormat(), config.latentRank(), config.ropeWidth(), capacity);
    }

    private List<CacheLayer> allocateCaches() {
        CacheLayout layout = layout();
        List<CacheLayer> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new CacheLayer(own("KV cache of layer " + i, layout.bytes()), layout));
        }
        return List.copyOf(layers);
    }

    /// Tokens in the cache, steps under way included.
    public int position() {
        return position;
    }

    public int capacity() {
        return capacity;
    }

    public int maxTokens() {
        return maxTokens;
    }

    public Optimizations optimizations() {
        return optimizations;
    }

    /// KV caches: one per layer, and with drafts the MTP layer's after them.
    public int cacheLayers() {
        return caches.size() + (drafts == null ? 0 : 1);
    }

    /// One layer's KV cache, for saving and restoring. Only while nothing is under way.
    public CacheLayer cache(int layer) {
        return layer < caches.size() ? caches.get(layer) : drafts.cache();
    }

    /// The first positions whose rows are in every cache: what is worth saving.
    public int savablePositions() {
        return drafts == null ? position : Math.min(position, drafts.rows());
    }

    /// Declares that the first `rows` rows of every cache, which the caller has just written, hold.
    public void restored(int rows) {
        moveTo(rows);
        if (drafts != null) {
            drafts.keep(rows);
        }
    }

    /// Forgets everything from `newPosition` on, and with drafts some tokens before it: those whose hidden states the
    /// MTP layer's next rows would need, unless they are at hand.
    ///
    /// @return what is left: the position of the next token
    public int truncate(int newPosition) {
        boolean carries = drafts != null && newPosition == position && position - drafts.rows() == 1;
        int kept = drafts == null || carries ? newPosition : Math.clamp(newPosition - 1L, 0, drafts.rows());
        moveTo(kept);
        if (drafts != null && !carries) {
            drafts.keep(kept);
        }
        return kept;
    }

    private void moveTo(int newPosition) {
        runner.awaitAll();
        position = newPosition;
        control.buffer().writeInt(Control.POSITION * 4L, newPosition);
    }

    /// Adds up to [#maxTokens()] ids to the cache. Afterwards [#readLogits] gives the logits of the last `rows` of
    /// them.
    ///
    /// @param rows rows of logits wanted at the end, 0 for none
    public void append(int[] ids, int rows) {
        requireRoom(ids.length);
        runner.awaitAll();
        control.tokens().write(0, MemorySegment.ofArray(ids));
        int count = ids.length;
        boolean carried = drafts != null && drafts.carries(position);
        if (drafts != null && !carried) {
            drafts.beginAfterFirst(ids);
        }
        String label = "append " + count + " tokens, " + rows + " rows" + (carried ? ", a state carried" : "");
        runner.run(label, count == maxTokens, (buffers, step) -> {
            DeviceBuffer hidden = recorder.forward(count, buffers, step);
            DeviceBuffer logits = rows == 0 ? null : recorder.head(hidden, count - rows, rows, buffers, step);
            follow(hidden, count, carried, buffers, step);
            if (optimizations.noSyncs()) {
                step.add(new Advance("advance", count, control));
            }
            return logits;
        });
        followed(count, carried);
        advance(count);
    }

    private void follow(DeviceBuffer hidden, int count, boolean carried, StepBuffers buffers, List<Op> step) {
        if (drafts != null) {
            drafts.follow(hidden, control.tokens(), count, carried, buffers, step);
        }
    }

    private void followed(int count, boolean carried) {
        if (drafts != null) {
            drafts.followed(count, carried);
        }
    }

    /// Copies the logits of the last step, `rows` rows of vocabulary size, into `out`. Waits for the step.
    public void readLogits(float[] out) {
        readLogits(0, out);
    }

    /// The same from row `row` on.
    public void readLogits(int row, float[] out) {
        runner.awaitAll();
        runner.logits().read(row * config.vocabSize() * 4L, MemorySegment.ofArray(out));
    }

    /// Makes `id` the input of the next step (the host chose it).
    public void putToken(int id) {
        runner.awaitAll();
        control.tokens().writeInt(0, id);
    }

    /// One step for the id at `control.tokens[0]`: its logits can be read afterwards.
    public void step() {
        requireRoom(1);
        boolean carried = drafts != null && drafts.carries(position);
        runner.run(carried ? "decode, a state carried" : "decode", true, carried ? carriedDecode : decode);
        followed(1, carried);
        advance(1);
    }

    private DeviceBuffer recordDecode(boolean carried, StepBuffers buffers, List<Op> step) {
        DeviceBuffer hidden = recorder.forward(1, buffers, step);
        DeviceBuffer logits = recorder.head(hidden, 0, 1, buffers, step);
        follow(hidden, 1, carried, buffers, step);
        if (optimizations.noSyncs()) {
            step.add(new Advance("advance", 1, control));
        }
        return logits;
    }

    private DeviceBuffer recordGreedyDecode(StepBuffers buffers, List<Op> step) {
        DeviceBuffer logits = recorder.head(recorder.forward(1, buffers, step), 0, 1, buffers, step);
        step.add(new SelectNext("select", logits, config.vocabSize(), 1, control));
        return logits;
    }

    private DeviceBuffer recordSampledDecode(StepBuffers buffers, List<Op> step) {
        DeviceBuffer logits = recorder.head(recorder.forward(1, buffers, step), 0, 1, buffers, step);
        step.add(new SampleNext("sample", logits, config.vocabSize(), 1, control, samples));
        return logits;
    }

    /// Choices are made by the device as the state says from now on: by [SampleNext]. Only on rungs without syncs.
    ///
    /// @return what the caller fills in, while nothing is under way
    public SampleState sample() {
        if (!optimizations.noSyncs()) {
            throw new IllegalStateException("this rung hands the logits to the host: it chooses there");
        }
        runner.awaitAll();
        if (samples == null) {
            samples = SampleState.allocate(device, config.vocabSize());
        }
        sampling = true;
        return samples;
    }

    /// Choices are greedy from now on, as they are at first.
    public void chooseGreedily() {
        sampling = false;
    }

    /// Chooses, greedily or as [#sample] says, from the logits of the last step; the id becomes the input of the
    /// next step. Read it with [#choice].
    public void choose() {
        DeviceBuffer logits = runner.logits();
        if (optimizations.noSyncs()) {
            String label = sampling ? "sampled choice" : "choose";
            runner.run(label, optimizations.pooledBuffers(), (buffers, step) -> {
                step.add(sampling ? new SampleNext("sample", logits, config.vocabSize(), 0, control, samples)
                    : new SelectNext("select", logits, config.vocabSize(), 0, control));
                return logits;
            });
        } else {
            chooseOnHost(logits);
        }
        madeBy[chosen % RING] = runner.submitted();
        chosen++;
    }

    /// One step for the id at `control.tokens[0]`, and the greedy choice of the next id.
    public void stepAndChoose() {
        if (!optimizations.noSyncs() || drafts != null) {
            step();
            choose();
            return;
        }
        requireRoom(1);
        if (sampling) {
            runner.run("sampled decode", true, sampledDecode);
        } else {
            runner.run("greedy decode", true, greedyDecode);
        }
        position++;
        madeBy[chosen % RING] = runner.submitted();
        chosen++;
    }

    /// Puts `id` and drafts of what comes after it through the model, in one step. The drafts are the MTP layer's; near
    /// the end of the context they are fewer. Only `id` is in the cache afterwards; [#accept] adds the drafts, one
    /// after the other. Waits for the step.
    ///
    /// @param choose whether [#verified] is wanted, besides the logits
    /// @return the number of rows: `id` and its drafts
    public int verify(int id, boolean choose) {
        requireRoom(1);
        runner.awaitAll();
        int rows = Math.min(1 + drafts.depth(), capacity - position);
        drafts.run(runner, id, position, rows, choose);
        moveTo(position + 1);
        return rows;
    }

    /// Draft `number` of the last [#verify], counting from 1.
    public int draft(int number) {
        return drafts.draft(number);
    }

    /// The model's greedy choice after row `row` of the last [#verify]: in place of draft `row` + 1.
    public int verified(int row) {
        return drafts.choice(row);
    }

    /// The next draft is what the model chose: it stays in the cache.
    public void accept() {
        drafts.accept();
        moveTo(position + 1);
    }

    /// How drafting went so far.
    public DraftCounters draftCounters() {
        return drafts == null ? DraftCounters.none(0) : drafts.counters();
    }

    /// Without the device-side bookkeeping every id goes through the host: the sync that the first rung removes.
    private void chooseOnHost(DeviceBuffer logits) {
        DeviceBuffer[] ids = new DeviceBuffer[1];
        runner.run("choose", false, (buffers, step) -> {
            ids[0] = buffers.take("ids", 1, 1);
            step.add(new ArgMax("argmax", logits, 1, config.vocabSize(), ids[0]));
            return logits;
        });
        int id = ids[0].readInt(0);
        control.tokens().writeInt(0, id);
        control.ring().writeInt(chosen % RING * 4L, id);
    }

    /// The number of greedy choices made or queued so far; the last has number `choices() - 1`.
    public int choices() {
        return chosen;
    }

    /// Whether all queued steps are done, without waiting.
    public boolean settled() {
        return runner.settled();
    }

    /// The host waits for all queued steps.
    public void await() {
        runner.awaitAll();
    }

    /// Returns when choice `number` is made, which must be among the last 64. With steps queued behind it the device
    /// goes on meanwhile, so the host does not wait for the device: it looks now and then, and pauses in between. Only
    /// for the last step queued does it wait.
    ///
    /// @throws com.alphaheng.engine.backend.DeviceException when a step has failed
    public void awaitChoice(int number) {
        long made = madeBy[number % RING];
        if (made == runner.submitted()) {
            runner.await(made);
            return;
        }
        while (!runner.isDone(made)) {
            pauses++;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /// How often the host, ahead of the device, found that a choice was not made yet, and paused.
    public long pauses() {
        return pauses;
    }

    /// Greedy choice `number`, which must be done and among the last 64.
    public int choice(int number) {
        return control.ring().readInt(number % RING * 4L);
    }

    private void advance(int count) {
        position += count;
        if (!optimizations.noSyncs()) {
            control.buffer().writeInt(Control.POSITION * 4L, position);
        }
    }

    private void requireRoom(int count) {
        if (position + count > capacity) {
            throw new ContextFullException(capacity);
        }
    }

    /// Reports operation times from now on, null to stop.
    public void profile(OpTimer timer) {
        runner.profile(timer);
    }

    @Override
    public void close() {
        runner.close();
        if (samples != null) {
            samples.close();
        }
        owned.forEach(DeviceBuffer::close);
    }
}
