package com.alphaheng.engine.sampling;

import java.util.Map;

/// How the next token is chosen from the logits. Applied in this order: bias, penalties, temperature, top-k, top-p,
/// min-p.
///
/// @param temperature        0 for greedy
/// @param topK               keep the k most probable, 0 for all
/// @param topP               keep the smallest set whose probabilities sum to at least this, 1 for all
/// @param minP               keep those with at least this share of the largest probability, 0 for all
/// @param repetitionPenalty  divides positive and multiplies negative logits of ids seen so far, 1 for none
///                           (Keskar et al. 2019, CTRL)
/// @param presencePenalty    subtracted from the logits of ids generated so far (OpenAI's definition)
/// @param frequencyPenalty   subtracted once per occurrence likewise
/// @param logitBias          added to the logits of these ids
/// @param seed               same seed, same model, same back end: same text
public record Sampling(float temperature, int topK, float topP, float minP, float repetitionPenalty,
                       float presencePenalty, float frequencyPenalty, Map<Integer, Float> logitBias, long seed) {

    public Sampling {
        logitBias = Map.copyOf(logitBias);
        require(temperature >= 0 && Float.isFinite(temperature), "temperature", "at least 0", temperature);
        require(topK >= 0, "top-k", "at least 0", topK);
        require(topP > 0 && topP <= 1, "top-p", "above 0, at most 1", topP);
        require(minP >= 0 && minP < 1, "min-p", "at least 0, below 1", minP);
        require(repetitionPenalty > 0, "repetition penalty", "above 0", repetitionPenalty);
    }

    private static void require(boolean holds, String what, String range, float found) {
        if (!holds) {
            throw new IllegalArgumentException(what + " must be " + range + ", not " + found);
        }
    }

    public static Sampling greedy() {
        return new Sampling(0, 0, 1, 0, 1, 0, 0, Map.of(), 0);
    }

    public static Sampling ofTemperature(float temperature, float topP, long seed) {
        return new Sampling(temperature, 0, topP, 0, 1, 0, 0, Map.of(), seed);
    }

    /// True when the choice is the largest unmodified logit, which the device can make itself.
    public boolean isPlainGreedy() {
        return temperature == 0 && logitBias.isEmpty() && !hasPenalties();
    }

    /// The bias of every id.
    ///
    /// @throws IllegalArgumentException a bias is for an id outside the vocabulary
    public float[] biases(int vocabSize) {
        float[] all = new float[vocabSize];
        logitBias.forEach((id, bias) -> {
            if (id < 0 || id >= vocabSize) {
                throw new IllegalArgumentException("logit bias for token id " + id + ": the vocabulary has "
                    + vocabSize + " ids");
            }
            all[id] = bias;
        });
        return all;
    }

    boolean hasPenalties() {
        return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
    }
}
