package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.ModelConfig;
import java.util.Arrays;

final class ReferenceRoute {

    private ReferenceRoute() { }

    static void run(Route op) {
        ModelConfig.Routing rule = op.rule();
        int experts = rule.experts();
        float[] in = HostBuffer.floats(op.in(), 0, op.tokenCount() * op.router().cols());
        float[] logits = ReferenceLinear.multiply(op.router(), in, op.tokenCount());
        int[] ids = new int[op.tokenCount() * rule.perToken()];
        float[] weights = new float[ids.length];
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] scores = new float[experts];
            float[] choice = new float[experts];
            for (int e = 0; e < experts; e++) {
                scores[e] = (float) (1 / (1 + Math.exp(-logits[t * experts + e])));
                choice[e] = scores[e] + op.bias().get(e);
            }
            dropGroups(rule, choice);
            choose(rule, scores, choice, t * rule.perToken(), ids, weights);
        }
        HostBuffer.put(op.expertIds(), ids);
        HostBuffer.put(op.expertWeights(), 0, weights);
    }

    /// Takes all experts outside the `keptGroups` groups with the largest sum of their two best out of the choice.
    private static void dropGroups(ModelConfig.Routing rule, float[] choice) {
        if (rule.groups() == 1) {
            return;
        }
        int size = choice.length / rule.groups();
        float[] sums = new float[rule.groups()];
        for (int group = 0; group < sums.length; group++) {
            float[] members = Arrays.copyOfRange(choice, group * size, (group + 1) * size);
            Arrays.sort(members);
            sums[group] = members[size - 1] + (size > 1 ? members[size - 2] : 0);
        }
        boolean[] kept = new boolean[sums.length];
        for (int round = 0; round < rule.keptGroups(); round++) {
            int best = largest(sums);
            kept[best] = true;
            sums[best] = Float.NEGATIVE_INFINITY;
        }
        for (int e = 0; e < choice.length; e++) {
            if (!kept[e / size]) {
                choice[e] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static void choose(ModelConfig.Routing rule, float[] scores, float[] choice, int first, int[] ids,
                               float[] weights) {
        float sum = 0;
        for (int j = 0; j < rule.perToken(); j++) {
            int best = largest(choice);
            choice[best] = Float.NEGATIVE_INFINITY;
            ids[first + j] = best;
            weights[first + j] = scores[best];
            sum += scores[best];
        }
        for (int j = 0; j < rule.perToken(); j++) {
            float share = rule.normalized() ? weights[first + j] / (sum + 1e-20f) : weights[first + j];
            weights[first + j] = share * rule.scale();
        }
    }

    /// Index of the largest value, the lowest among equals.
    static int largest(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
