package com.alphaheng.engine;

import com.alphaheng.engine.metal.SoftMetalTest;
import org.junit.jupiter.api.Tag;

/// The checkpoint's goldens through the Metal back end: Java, FFM, objc_msgSend, MSL.
@SoftMetalTest
@Tag("slow")
class MetalCheckpointGoldensTest extends CheckpointGoldensTest {

    @Override
    String backend() {
        return "metal";
    }
}
