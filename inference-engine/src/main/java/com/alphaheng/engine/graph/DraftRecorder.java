package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.MtpWeights;
import com.alphaheng.engine.model.Weights;
import java.util.List;

/// Writes down what the MTP layer does. Row p of its cache belongs to position p and is made of h[p], the model's
/// hidden state after the final norm, and of token p + 1: h' = projection(concat[embeddingNorm(embed(t[p+1])),
/// hiddenNorm(h[p])]) -> decoder layer at position p -> headNorm -> head predicts t[p+2]. A deeper draft takes h' in
/// place of h, at the next position.
final class DraftRecorder {

    private final ModelConfig config;
    private final MtpWeights mtp;
    private final CacheLayer cache;
    private final Control control;
    private final StepRecorder layers;

    /// @param control of the drafts alone: its position is the number of rows of `cache` that hold
    DraftRecorder(Weights weights, CacheLayer cache, Control control) {
        this.config = weights.config();
        this.mtp = weights.mtp().orElseThrow();
        this.cache = cache;
        this.control = control;
        this.layers = new StepRecorder(weights, List.of(), control);
    }

    /// What the decoder layer gets: for each row of `states` [rows, h] with the token after it.
    ///
    /// @return [rows, h]
    private DeviceBuffer input(DeviceBuffer tokens, DeviceBuffer states, int rows, StepBuffers buffers,
                               List<Op> step) {
        int width = config.hiddenSize();
        DeviceBuffer embedded = buffers.take("draft embedded", rows, width);
        DeviceBuffer joined = buffers.take("draft joined", rows, 2L * width);
        DeviceBuffer out = buffers.take("draft hidden", rows, width);
        step.add(new Embed("draft embed", tokens, mtp.embedding(), rows, embedded));
        step.add(new RmsNorm("draft embedding norm", Component.DRAFTS, embedded, width, mtp.embeddingNorm(),
            config.normEpsilon(), rows, joined, 2 * width, 0));
        step.add(new RmsNorm("draft hidden norm", Component.DRAFTS, states, width, mtp.hiddenNorm(),
            config.normEpsilon(), rows, joined, 2 * width, width));
        step.add(new Linear("draft projection", Component.DRAFTS, joined, mtp.projection(), rows, out));
        return out;
    }

    /// Adds rows to the cache, and computes nothing else: what a prompt needs.
    void remember(DeviceBuffer tokens, DeviceBuffer states, int rows, StepBuffers buffers, List<Op> step) {
        DeviceBuffer hidden = input(tokens, states, rows, buffers, step);
        LayerWeights layer = mtp.layer();
        AttentionWeights attention = layer.attention();
        DeviceBuffer keyValue = buffers.take("key value", rows, config.cacheWidth());
        DeviceBuffer latent = buffers.take("draft latent", rows, config.latentRank());
        step.add(new NormLinear("draft key value", Component.DRAFTS, hidden, 0, rows, layer.inputNorm(),
            config.normEpsilon(), buffers.take("normed", rows, config.hiddenSize()), attention.keyValueA(), keyValue,
            null, null));
        step.add(new RmsNorm("draft latent norm", Component.DRAFTS, keyValue, config.cacheWidth(),
            attention.latentNorm(), config.normEpsilon(), rows, latent, config.latentRank(), 0));
        step.add(new Rope("draft key rope", keyValue, 1, config.cacheWidth(), config.latentRank(), config.ropeWidth(),
            config.ropeTheta(), config.ropeInterleaved(), control, rows));
        step.add(new CacheWrite("draft cache write", latent, keyValue, cache, control, rows));
        step.add(new Advance("draft advance", rows, control));
    }

    /// Adds rows to the cache, drafts from the last of them, and from each draft the next. The ids come after one
    /// another in `control.ring`.
    ///
    /// @param rows   of `states`, with the tokens after them in `control.tokens`
    /// @param drafts at least 1
    void draft(DeviceBuffer states, int rows, int drafts, StepBuffers buffers, List<Op> step) {
        DeviceBuffer hidden = input(control.tokens(), states, rows, buffers, step);
        choose(hidden, rows, buffers, step);
        if (drafts > 1 && rows > 1) {
            DeviceBuffer last = buffers.take("draft state", 1, config.hiddenSize());
            step.add(new Copy("draft state", Component.DRAFTS, hidden, rows - 1, 1, config.hiddenSize(), last, 0));
            hidden = last;
        }
        for (int i = 1; i < drafts; i++) {
            hidden = input(control.tokens(), hidden, 1, buffers, step);
            choose(hidden, 1, buffers, step);
        }
    }

    private void choose(DeviceBuffer hidden, int rows, StepBuffers buffers, List<Op> step) {
        layers.layer(mtp.layer(), cache, hidden, rows, buffers, step);
        DeviceBuffer logits = buffers.takeRows("draft logits", 1, config.vocabSize());
        step.add(new NormLinear("draft head", Component.DRAFTS, hidden, rows - 1, 1, mtp.headNorm(),
            config.normEpsilon(), buffers.takeRows("draft normed", 1, config.hiddenSize()), mtp.head(), logits, null,
            null));
        step.add(new SelectNext("draft", logits, config.vocabSize(), rows, control));
    }
}
