package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: rotates, in place, the rotary part of each head by the angles of position + t: for pair p of a part of
/// width r, angle = position * theta^(-2 p / r). The pair is (2p, 2p+1) when interleaved, else (p, p + r / 2).
///
/// @param label where in the model
/// @param inout [T, heads, headStride]
/// @param heads H, or 1 for the shared key
/// @param headStride values of one head
/// @param offset first rotary value in a head
/// @param width r
/// @param theta base of the angles
/// @param interleaved which pairs
/// @param control holds the position
/// @param tokenCount T
public record Rope(String label, DeviceBuffer inout, int heads, int headStride, int offset, int width, double theta,
                   boolean interleaved, Control control, int tokenCount) implements Op {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
