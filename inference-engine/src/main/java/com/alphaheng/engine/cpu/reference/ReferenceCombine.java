package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceCombine {

    private ReferenceCombine() { }

    static void run(Combine op) {
        int choices = op.tokenCount() * op.perToken();
        float[] in = HostBuffer.floats(op.in(), 0, choices * op.width());
        float[] weights = HostBuffer.floats(op.expertWeights(), 0, choices);
        HostBuffer.put(op.out(), 0, combine(in, weights, op.tokenCount(), op.perToken(), op.width()));
    }

    static float[] combine(float[] in, float[] weights, int tokenCount, int perToken, int width) {
        float[] out = new float[tokenCount * width];
        for (int choice = 0; choice < tokenCount * perToken; choice++) {
            int target = choice / perToken * width;
            for (int i = 0; i < width; i++) {
                out[target + i] += weights[choice] * in[choice * width + i];
            }
        }
        return out;
    }
}
