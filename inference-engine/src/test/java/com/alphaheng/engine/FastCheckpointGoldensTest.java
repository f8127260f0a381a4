package com.alphaheng.engine;

/// The same on the fast CPU back end.
class FastCheckpointGoldensTest extends CheckpointGoldensTest {

    @Override
    String backend() {
        return "cpu";
    }
}
