package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.MatrixRows;

final class ReferenceExpertLinear {

    private ReferenceExpertLinear() { }

    static void run(ExpertLinear op) {
        int choices = op.tokenCount() * op.perToken();
        int cols = op.matrices().cols();
        int[] ids = HostBuffer.ints(op.expertIds(), choices);
        int inputs = op.inPerChoice() ? choices : op.tokenCount();
        float[] in = HostBuffer.floats(op.in(), 0, inputs * cols);
        HostBuffer.put(op.out(), 0, multiply(op.matrices(), in, ids, op.inPerChoice() ? 1 : op.perToken()));
    }

    /// out[c] = matrices[ids[c]] in[c / shared], one expert after the other so that each of its rows is decoded once.
    static float[] multiply(ExpertMatrices matrices, float[] in, int[] ids, int shared) {
        int rows = matrices.rows();
        int cols = matrices.cols();
        float[] out = new float[ids.length * rows];
        float[] weights = new float[cols];
        for (int expert = 0; expert < matrices.experts(); expert++) {
            if (!contains(ids, expert)) {
                continue;
            }
            for (int row = 0; row < rows; row++) {
                MatrixRows.read(matrices.expert(expert), row, weights, 0);
                for (int choice = 0; choice < ids.length; choice++) {
                    if (ids[choice] == expert) {
                        out[choice * rows + row] =
                            ReferenceLinear.dot(weights, 0, in, choice / shared * cols, cols);
                    }
                }
            }
        }
        return out;
    }

    private static boolean contains(int[] ids, int expert) {
        for (int id : ids) {
            if (id == expert) {
                return true;
            }
        }
        return false;
    }
}
