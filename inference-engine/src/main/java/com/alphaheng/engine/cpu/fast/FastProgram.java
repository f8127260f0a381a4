package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import java.util.List;

/// Stages in order.
///
/// @param label what it is
/// @param list  the operations, which keep their buffers and weights reachable
/// @param stages all their stages
/// @param ends  per operation the index after its last stage
record FastProgram(String label, List<Op> list, Stage[] stages, int[] ends) implements Program {

    @Override
    public int operations() {
        return list.size();
    }

    /// The operation that stage `stage` belongs to.
    Op operationOf(int stage) {
        int index = 0;
        while (ends[index] <= stage) {
            index++;
        }
        return list.get(index);
    }

    @Override
    public void close() {
        // Scratch memory is the device's.
    }
}
