package com.alphaheng.engine.quantize;

/// Turns rows of one matrix into MMFP4. Rows are independent of one another, so they can be taken in any order and by
/// several threads at once.
@FunctionalInterface
interface RowQuantizer {

    /// @param row    the values; may be changed
    /// @param codes  receives one E2M1 code per column
    /// @param scales receives one float16 scale per group
    void quantize(float[] row, byte[] codes, short[] scales);
}
