package com.alphaheng.engine;

import com.alphaheng.engine.metal.SoftMetal;
import com.alphaheng.engine.metal.SoftMetalTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/// The checkpoint's goldens through the Metal back end: Java, FFM, objc_msgSend, MSL.
@SoftMetalTest
@Tag("slow")
class MetalCheckpointGoldensTest extends CheckpointGoldensTest {

    MetalCheckpointGoldensTest() {
        // Before the engine is opened; the kernels' memory is checked by the parity tests.
        SoftMetal.set("checks", 0);
    }

    @AfterAll
    static void checkAgain() {
        SoftMetal.set("checks", 1);
    }

    @Override
    String backend() {
        return "metal";
    }
}
