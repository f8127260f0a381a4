package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.ExpertMatrices;

/// Plain: out[t, j] = matrices[expertIds[t, j]] x, where x = in[t] or, with `inPerChoice`, in[t, j].
///
/// @param label where in the model
/// @param in [T, cols], or [T, k, cols]
/// @param inPerChoice which of the two
/// @param expertIds int32[T, k]
/// @param matrices per expert [rows, cols]
/// @param tokenCount T
/// @param perToken k
/// @param out [T, k, rows]
public record ExpertLinear(String label, DeviceBuffer in, boolean inPerChoice, DeviceBuffer expertIds,
                           ExpertMatrices matrices, int tokenCount, int perToken, DeviceBuffer out)
    implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.EXPERTS;
    }
}
