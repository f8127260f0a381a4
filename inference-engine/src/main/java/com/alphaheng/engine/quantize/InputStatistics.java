package com.alphaheng.engine.quantize;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;

/// Sums x x^T over the inputs x of every matrix of a layer, by watching the plain operations run. Matrices that
/// share their inputs (gate and up) share the sum.
final class InputStatistics implements OpTimer {

    private final LayerWeights layer;
    private final int length;
    private final Map<Matrix, Moments> moments = new IdentityHashMap<>();
    private final Map<Matrix, Matrix> sharedWith = new IdentityHashMap<>();
    private DeviceBuffer lastInput;
    private Matrix lastMatrix;
    private ExpertMatrices lastExperts;

    InputStatistics(LayerWeights layer, int length) {
        this.layer = layer;
        this.length = length;
    }

    @Override
    public void record(Op operation, long nanos) {
        switch (operation) {
            case Linear op -> linear(op);
            case ExpertLinear op -> experts(op);
            // kv_b_proj is applied to the normed latent, absorbed or not.
            case CacheWrite op -> add(layer.attention().keyValueB(), read(op.latent(), length
                * op.cache().layout().latent()), 0, length);
            default -> { }
        }
    }

    private void linear(Linear op) {
        if (op.in() == lastInput && moments.containsKey(lastMatrix)) {
            sharedWith.put(op.matrix(), lastMatrix);
            return;
        }
        lastInput = op.in();
        lastMatrix = op.matrix();
        add(op.matrix(), read(op.in(), length * op.matrix().cols()), 0, length);
    }

    private void experts(ExpertLinear op) {
        int perToken = op.perToken();
        int cols = op.matrices().cols();
        int[] ids = new int[length * perToken];
        op.expertIds().read(0, MemorySegment.ofArray(ids));
        boolean second = op.in() == lastInput;
        if (second) {
            for (int expert = 0; expert < op.matrices().experts(); expert++) {
                sharedWith.put(op.matrices().expert(expert), lastExperts.expert(expert));
            }
            return;
        }
        lastInput = op.in();
        lastMatrix = null;
        lastExperts = op.matrices();
        float[] in = read(op.in(), length * cols * (op.inPerChoice() ? perToken : 1));
        for (int choice = 0; choice < ids.length; choice++) {
            int row = op.inPerChoice() ? choice : choice / perToken;
            add(op.matrices().expert(ids[choice]), in, row, 1);
        }
    }

    private void add(Matrix matrix, float[] in, int firstRow, int rows) {
        moments.computeIfAbsent(matrix, key -> new Moments(key.cols())).add(in, firstRow, rows);
    }

    private static float[] read(DeviceBuffer buffer, int count) {
        float[] values = new float[count];
        buffer.read(0, MemorySegment.ofArray(values));
        return values;
    }

    /// The sums of every matrix that saw an input.
    Map<Matrix, Moments> moments() {
        Map<Matrix, Moments> all = new IdentityHashMap<>(moments);
        sharedWith.forEach((matrix, first) -> {
            if (moments.containsKey(first)) {
                all.put(matrix, moments.get(first));
            }
        });
        return all;
    }
}
