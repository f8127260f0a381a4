package com.alphaheng.engine.cpu.fast;

/// Which inputs a product takes, and where each result goes. Mutable and owned by one worker, so that decoding
/// allocates nothing.
public final class Batch {

    /// Number of inputs.
    public int count;

    /// Address of int32[count]: which input each is; 0 for 0, 1, 2, ...
    public long inputRows;

    /// Address of int32[count]: which output each goes to; 0 for 0, 1, 2, ...
    public long outputRows;

    /// Address of float32[count]: a factor for each result; 0 for none.
    public long factors;

    /// True: out += result; false: out = result.
    public boolean accumulate;

    /// The inputs 0 .. count in order, each to the output of the same number.
    public Batch inOrder(int inputs, boolean add) {
        count = inputs;
        inputRows = 0;
        outputRows = 0;
        factors = 0;
        accumulate = add;
        return this;
    }
}
