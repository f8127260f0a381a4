package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Vector;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// What drafting adds to a timeline: the MTP layer's cache, how many of its rows hold, the model's hidden states that
/// its next rows are made of, and counters.
///
/// Row p of the cache needs token p + 1, so the cache lags behind the model's: by one row after a prompt, by one and
/// the accepted drafts after a step. The rows that are missing are made of the model's own hidden states at the
/// beginning of the next round, over whatever the drafts have left there.
final class Drafts {

    private final int depth;
    private final ModelConfig config;
    private final Vector finalNorm;
    private final CacheLayer cache;
    private final Control control;
    private final DraftRecorder recorder;
    private final StepRecorder model;
    /// By missing rows and drafts.
    private final StepRunner.Step[][] drafting;
    /// By rows; without and with a choice from each.
    private final StepRunner.Step[][] verifying;
    /// [1 + depth, h]: the model's hidden states, after the final norm, of the rows that are missing.
    private final DeviceBuffer states;
    /// [1 + tokens of a step, h]: those of a prompt's step, with the one before it.
    private final DeviceBuffer window;
    /// int32[1 + depth]: what the model chooses after each token of a step.
    private final DeviceBuffer choices;
    /// Rows of the cache that hold.
    private int rows;
    /// The drafts under verification, after the id that they continue: the ring's content.
    private final int[] drafted;
    private int accepted;
    private long steps;
    private final long[] made;
    private final long[] acceptedInAll;

    /// Allocates a buffer that the timeline owns.
    @FunctionalInterface
    interface Owner {

        DeviceBuffer allocate(String label, long bytes);
    }

    /// @param caches  the model's, one per layer
    /// @param main    the timeline's
    /// @param cache   for the MTP layer alone
    /// @param most    tokens of the largest step
    Drafts(Weights weights, int depth, List<CacheLayer> caches, Control main, CacheLayer cache, int most,
           Owner owner) {
        this.depth = depth;
        this.config = weights.config();
        this.finalNorm = weights.finalNorm();
        this.cache = cache;
        // The ring is as long as a step that verifies, and becomes its input: the id that is continued comes first,
        // and every draft that is chosen goes behind it.
        this.control = new Control(owner.allocate("draft control", Control.SLOTS * 4L),
            owner.allocate("draft tokens", Math.max(most, 1 + depth) * 4L),
            owner.allocate("drafts", (1 + depth) * 4L), 1 + depth);
        long width = config.hiddenSize() * 4L;
        this.states = owner.allocate("hidden states", (1 + depth) * width);
        this.window = owner.allocate("hidden states of a prompt", (1 + most) * width);
        this.choices = owner.allocate("verified", (1 + depth) * 4L);
        this.recorder = new DraftRecorder(weights, cache, control);
        this.model = new StepRecorder(weights, caches,
            new Control(main.buffer(), control.ring(), main.ring(), main.ringSize()));
        this.drafting = new StepRunner.Step[2 + depth][1 + depth];
        this.verifying = new StepRunner.Step[2 + depth][];
        for (int i = 1; i <= 1 + depth; i++) {
            for (int made = 1; made <= depth; made++) {
                drafting[i][made] = drafting(i, made);
            }
            verifying[i] = new StepRunner.Step[] {verifying(i, false), verifying(i, true)};
        }
        this.drafted = new int[1 + depth];
        this.made = new long[depth];
        this.acceptedInAll = new long[depth];
    }

    int depth() {
        return depth;
    }

    CacheLayer cache() {
        return cache;
    }

    /// Rows of the cache that hold.
    int rows() {
        return rows;
    }

    private StepRunner.Step drafting(int missing, int count) {
        return new StepRunner.Step("draft " + count + " behind " + missing + " rows", (buffers, step) -> {
            recorder.draft(states, missing, count, buffers, step);
            return null;
        });
    }

    private StepRunner.Step verifying(int count, boolean choose) {
        return new StepRunner.Step("verify " + count + " rows" + (choose ? " and choose" : ""), (buffers, step) -> {
            DeviceBuffer hidden = model.forward(count, buffers, step);
            DeviceBuffer logits = model.head(hidden, 0, count, states, buffers, step);
            if (choose) {
                step.add(new ArgMax("verified", logits, count, config.vocabSize(), choices));
            }
            return logits;
        });
    }

    /// Only the first `kept` rows hold.
    void keep(int kept) {
        rows = kept;
        control.buffer().writeInt(Control.POSITION * 4L, kept);
    }

    /// Whether the hidden state of the last token is at hand, with which a step behind `position` begins.
    boolean carries(int position) {
        if (position - rows > 1) {
            throw new IllegalStateException("drafts were accepted since: truncate the timeline before it goes on");
        }
        return position > rows;
    }

    /// Writes down what a step that chooses nothing adds: rows of the MTP cache for all its tokens but the last, whose
    /// hidden state is kept. With the state `carried` from the step before also the row before them.
    ///
    /// @param hidden the residual stream after the last layer
    /// @param tokens the step's ids
    void follow(DeviceBuffer hidden, DeviceBuffer tokens, int count, boolean carried, StepBuffers buffers,
                List<Op> step) {
        int width = config.hiddenSize();
        int lead = carried ? 1 : 0;
        step.add(new RmsNorm("draft states", Component.DRAFTS, hidden, width, finalNorm, config.normEpsilon(), count,
            window, width, lead * width));
        if (carried) {
            step.add(new Copy("carried state", Component.DRAFTS, states, 0, 1, width, window, 0));
        }
        int more = count - 1 + lead;
        if (more > 0) {
            recorder.remember(carried ? tokens : control.tokens(), window, more, buffers, step);
        }
        step.add(new Copy("last state", Component.DRAFTS, window, more, 1, width, states, 0));
    }

    /// Before a step that [#follow]s without a carried state: the tokens after its first.
    void beginAfterFirst(int[] ids) {
        if (ids.length > 1) {
            control.tokens().write(0, MemorySegment.ofArray(Arrays.copyOfRange(ids, 1, ids.length)));
        }
    }

    /// Such a step was submitted.
    void followed(int count, boolean carried) {
        rows += count - 1 + (carried ? 1 : 0);
    }

    /// Drafts behind `id`, which is to be at `position`, and has the model compute all of them.
    ///
    /// @param count  of tokens for the model: `id` and the drafts
    /// @param choose whether [#choice] is wanted, besides the logits
    void run(StepRunner runner, int id, int position, int count, boolean choose) {
        int missing = position - rows;
        for (int i = 1; i < missing; i++) {
            control.tokens().writeInt((i - 1) * 4L, drafted[i]);
        }
        control.tokens().writeInt((missing - 1) * 4L, id);
        control.ring().writeInt(0, id);
        control.buffer().writeInt(Control.CHOSEN * 4L, 1);
        control.buffer().writeInt(Control.POSITION * 4L, rows);
        if (count > 1) {
            runner.run(drafting[missing][count - 1]);
        }
        runner.run(verifying[count][choose ? 1 : 0]);
        runner.awaitAll();
        verified(count - 1, position);
    }

    private void verified(int count, int position) {
        for (int i = 1; i <= count; i++) {
            drafted[i] = control.ring().readInt(i * 4L);
            made[i - 1]++;
        }
        rows = count > 0 ? position : rows;
        accepted = 0;
        steps++;
    }

    /// Draft `number` of the last step, counting from 1.
    int draft(int number) {
        return drafted[number];
    }

    /// The model's choice after row `row` of the last step.
    int choice(int row) {
        return choices.readInt(row * 4L);
    }

    void accept() {
        acceptedInAll[accepted++]++;
    }

    DraftCounters counters() {
        return new DraftCounters(steps, Arrays.stream(made).boxed().toList(),
            Arrays.stream(acceptedInAll).boxed().toList());
    }
}
