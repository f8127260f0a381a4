package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.model.ModelConfig;

/// Chooses one token's experts from its router logits, as [ModelConfig.Routing] says; ties go to the lower id.
/// Reuses its arrays: confined to one worker.
final class Chooser {

    private final ModelConfig.Routing rule;
    private final float[] bias;
    private final float[] scores;
    private final float[] choice;
    private final float[] groupSums;

    Chooser(ModelConfig.Routing rule, float[] bias) {
        this.rule = rule;
        this.bias = bias;
        this.scores = new float[rule.experts()];
        this.choice = new float[rule.experts()];
        this.groupSums = new float[rule.groups()];
    }

    /// @param logits  address of float32[experts]
    /// @param ids     address of int32[perToken], written
    /// @param weights address of float32[perToken], written
    void choose(long logits, long ids, long weights) {
        for (int e = 0; e < scores.length; e++) {
            scores[e] = (float) (1 / (1 + Math.exp(-Memory.getFloat(logits + 4L * e))));
            choice[e] = scores[e] + bias[e];
        }
        if (rule.groups() > 1) {
            dropGroups();
        }
        float sum = 0;
        for (int j = 0; j < rule.perToken(); j++) {
            int best = largest(choice);
            choice[best] = Float.NEGATIVE_INFINITY;
            Memory.putInt(ids + 4L * j, best);
            Memory.putFloat(weights + 4L * j, scores[best]);
            sum += scores[best];
        }
        for (int j = 0; j < rule.perToken(); j++) {
            float weight = Memory.getFloat(weights + 4L * j);
            float share = rule.normalized() ? weight / (sum + 1e-20f) : weight;
            Memory.putFloat(weights + 4L * j, share * rule.scale());
        }
    }

    /// Takes all experts outside the kept groups, those with the largest sum of their two best, out of the choice.
    private void dropGroups() {
        int size = choice.length / rule.groups();
        for (int group = 0; group < groupSums.length; group++) {
            float first = Float.NEGATIVE_INFINITY;
            float second = Float.NEGATIVE_INFINITY;
            for (int e = group * size; e < (group + 1) * size; e++) {
                if (choice[e] > first) {
                    second = first;
                    first = choice[e];
                } else if (choice[e] > second) {
                    second = choice[e];
                }
            }
            groupSums[group] = size > 1 ? first + second : first;
        }
        // What is kept is marked by NaN, which no comparison finds again.
        for (int round = 0; round < rule.keptGroups(); round++) {
            groupSums[largest(groupSums)] = Float.NaN;
        }
        for (int e = 0; e < choice.length; e++) {
            if (!Float.isNaN(groupSums[e / size])) {
                choice[e] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static int largest(float[] values) {
        int best = -1;
        for (int i = 0; i < values.length; i++) {
            if (best < 0 ? !Float.isNaN(values[i]) : values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
