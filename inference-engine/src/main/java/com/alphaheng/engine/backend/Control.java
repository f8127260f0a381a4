package com.alphaheng.engine.backend;

/// The few integers that steer a step and live on the device, so that steps can be queued without the host between
/// them. int32 slots of `buffer`; `tokens` int32[max tokens of a step] holds the ids that the step consumes; `ring`
/// int32[ringSize] receives the ids that were chosen: choice number n (from 0) at n % ringSize.
///
/// @param buffer   the slots
/// @param tokens   the step's input ids; [com.alphaheng.engine.backend.op.SelectNext] puts the next id at index 0
/// @param ring     chosen ids
/// @param ringSize entries of `ring`
public record Control(DeviceBuffer buffer, DeviceBuffer tokens, DeviceBuffer ring, int ringSize) {

    /// Slot: how many positions the cache holds, which is the position of the step's first token.
    public static final int POSITION = 0;

    /// Slot: how many ids were chosen so far.
    public static final int CHOSEN = 1;

    /// Number of slots.
    public static final int SLOTS = 16;
}
