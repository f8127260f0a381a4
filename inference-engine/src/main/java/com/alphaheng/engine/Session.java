package com.alphaheng.engine;

import com.alphaheng.engine.backend.SampleState;
import com.alphaheng.engine.graph.ContextFullException;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.sampling.Sampler;
import com.alphaheng.engine.sampling.Sampling;
import java.util.Arrays;

/// One mutable timeline of a model: [#sync] makes it hold a prompt, [#next] continues it one id at a time. Knows
/// ids, not text. Not thread-safe.
public final class Session implements AutoCloseable {

    private final Engine engine;
    private final Timeline timeline;
    private Sampling sampling;
    /// Null when the device makes the choice itself.
    private Sampler sampler;
    /// Null unless the device samples.
    private SampleState samples;
    /// Random numbers used by the ids handed out; those of steps queued ahead do not count.
    private int draws;
    /// The ids whose rows are in the cache, then those chosen but not yet in it. `known` of them are known to the
    /// host.
    private final int[] ids;
    private int known;
    /// Greedy choices handed out so far; those up to `timeline.choices()` are made or under way.
    private int taken;
    /// Choices known to be made: one wait for several.
    private int done;
    /// With drafts: rows that the model computed last, and how many of them have been chosen from.
    private int rows;
    private int usedRows;
    private boolean fresh;
    private boolean synced;

    Session(Engine engine, Timeline timeline, Sampling sampling) {
        this.engine = engine;
        this.timeline = timeline;
        sampleBy(sampling);
        this.ids = new int[timeline.capacity() + 1];
    }

    public Engine engine() {
        return engine;
    }

    /// Ids held: the last prompt and what was generated after it.
    public int[] ids() {
        return Arrays.copyOf(ids, known);
    }

    /// Number of ids held.
    public int length() {
        return known;
    }

    /// Positions that the cache may hold.
    public int context() {
        return timeline.capacity();
    }

    /// Most ids of a prompt that are computed at once.
    public int promptStep() {
        return timeline.maxTokens();
    }

    /// Makes the timeline hold exactly `prompt`. What it shares with the ids held already is not computed again.
    ///
    /// @return the number of tokens that had to be computed
    /// @throws ContextFullException     when the prompt does not fit
    /// @throws IllegalArgumentException when the prompt is empty or has an id outside the vocabulary
    public int sync(int[] prompt) {
        check(prompt);
        // The last id is computed in any case: its logits are wanted.
        int shared = 0;
        int most = Math.min(Math.min(cached(), known), prompt.length - 1);
        while (shared < most && ids[shared] == prompt[shared]) {
            shared++;
        }
        shared = timeline.truncate(shared);
        taken = timeline.choices();
        done = taken;
        usedRows = rows;
        if (samples != null) {
            samples.restart(prompt, draws);
        }
        for (int start = shared; start < prompt.length; start += timeline.maxTokens()) {
            int end = Math.min(start + timeline.maxTokens(), prompt.length);
            timeline.append(Arrays.copyOfRange(prompt, start, end), end == prompt.length ? 1 : 0);
        }
        System.arraycopy(prompt, 0, ids, 0, prompt.length);
        known = prompt.length;
        fresh = true;
        synced = true;
        if (sampler != null) {
            sampler.restart(prompt);
        }
        return prompt.length - shared;
    }

    private int cached() {
        return timeline.position();
    }

    /// The ids whose rows are in the cache: with drafts, in the MTP layer's too.
    public int[] cachedIds() {
        timeline.await();
        return Arrays.copyOf(ids, Math.min(timeline.savablePositions(), known));
    }

    /// Declares that the cache's rows, which the caller has just written, belong to these ids. [#sync] is next.
    ///
    /// @throws ContextFullException     when they do not fit
    /// @throws IllegalArgumentException when there is none, or one is outside the vocabulary
    public void restore(int[] rows) {
        check(rows);
        System.arraycopy(rows, 0, ids, 0, rows.length);
        known = rows.length;
        timeline.restored(rows.length);
        taken = timeline.choices();
        synced = false;
    }

    private void check(int[] prompt) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt is empty: give at least one token");
        }
        if (prompt.length > timeline.capacity()) {
            throw new ContextFullException(timeline.capacity());
        }
        for (int id : prompt) {
            if (id < 0 || id >= engine.config().vocabSize()) {
                throw new IllegalArgumentException("token id " + id + " is outside the vocabulary of "
                    + engine.config().vocabSize());
            }
        }
    }

    /// The logits after the last id of [#sync], or after the id before the one that [#next] returned last. For greedy
    /// sessions and such with drafts only straight after [#sync].
    public float[] logits() {
        float[] out = new float[engine.config().vocabSize()];
        timeline.readLogits(out);
        return out;
    }

    /// The next id. Whether it ends the text is for the caller to judge.
    ///
    /// @throws ContextFullException when the cache is full
    public int next() {
        if (!synced) {
            throw new IllegalStateException("sync a prompt first");
        }
        int id = drafts() ? nextVerified() : sampler == null ? nextChosen() : nextSampled();
        fresh = false;
        ids[known++] = id;
        return id;
    }

    private boolean drafts() {
        return timeline.optimizations().drafts() > 0;
    }

    /// The model's own choice in any case. A draft that equals it saves the step that would compute its row. So text
    /// is what it would be without drafts, and sampled text has the model's distribution: this is speculative sampling
    /// (Leviathan et al. 2023) from drafts with probability one, which accepts one with the probability that the model
    /// gives it, and otherwise draws from the rest.
    private int nextVerified() {
        if (fresh) {
            // Of the prompt's logits there is one row, and nothing was drafted behind it.
            rows = 1;
            usedRows = 0;
        } else if (usedRows == rows) {
            rows = timeline.verify(ids[known - 1], sampler == null);
            usedRows = 0;
        }
        int id;
        if (sampler != null) {
            timeline.readLogits(usedRows, sampler.logits());
            id = sampler.choose();
        } else if (fresh) {
            timeline.choose();
            timeline.await();
            id = timeline.choice(timeline.choices() - 1);
        } else {
            id = timeline.verified(usedRows);
        }
        usedRows++;
        if (usedRows < rows) {
            if (id == timeline.draft(usedRows)) {
                timeline.accept();
            } else {
                usedRows = rows;
            }
        }
        return id;
    }

    private int nextSampled() {
        if (!fresh) {
            timeline.step();
        }
        timeline.readLogits(sampler.logits());
        int id = sampler.choose();
        timeline.putToken(id);
        return id;
    }

    private int nextChosen() {
        if (taken == done) {
            int ahead = engine.options().endCheckInterval();
            if (taken == timeline.choices()) {
                if (fresh) {
                    timeline.choose();
                } else {
                    timeline.stepAndChoose();
                }
            }
            // On a device that works beside the host, queue twice what is waited for, so that it has work while the
            // host looks at the ids; on one that is done already, queue nothing.
            while (timeline.choices() < taken + 2 * ahead && !timeline.settled()
                && timeline.position() < timeline.capacity()) {
                timeline.stepAndChoose();
            }
            done = Math.min(taken + ahead, timeline.choices());
            timeline.awaitChoice(done - 1);
        }
        if (samples != null && sampling.temperature() > 0) {
            draws++;
        }
        return timeline.choice(taken++);
    }

    /// True when `id` ends a text.
    public boolean endsText(int id) {
        return engine.config().endOfSequence().contains(id);
    }

    public Sampling sampling() {
        return sampling;
    }

    /// Chooses ids this way from the next [#sync] on, beginning with its seed.
    public void sampleBy(Sampling how) {
        sampling = how;
        synced = false;
        sampler = null;
        samples = null;
        if (how.isPlainGreedy()) {
            timeline.chooseGreedily();
        } else if (engine.device().samples() && timeline.optimizations().noSyncs() && !drafts()) {
            samples = timeline.sample();
            draws = 0;
            samples.configure(new float[] {how.temperature(), how.topP(), how.minP(), how.repetitionPenalty(),
                how.presencePenalty(), how.frequencyPenalty()}, how.topK(), how.seed(),
                how.biases(engine.config().vocabSize()));
        } else {
            sampler = new Sampler(how, engine.config().vocabSize());
        }
    }

    /// The timeline underneath, for measuring and for saving the cache.
    public Timeline timeline() {
        return timeline;
    }

    @Override
    public void close() {
        timeline.close();
    }
}
