package com.alphaheng.engine.metal;

import java.util.List;

/// What a GPU and its system offer, as probed and not as guessed from a name.
///
/// @param name the GPU's name
/// @param system the operating system's version in words
/// @param families names of the `MTLGPUFamily` values supported
/// @param unifiedMemory whether CPU and GPU share memory
/// @param workingSetBytes bytes the GPU may use without trouble (`recommendedMaxWorkingSetSize`)
/// @param maxBufferBytes the largest single buffer
/// @param maxThreadgroupMemoryBytes the largest threadgroup memory of one threadgroup
/// @param residencySets whether memory can be pinned for the GPU (macOS 15)
/// @param simdgroupMatrix whether 8x8 simdgroup matrices exist (Apple7 and later: M1 and later)
public record MetalCapabilities(String name, String system, List<String> families, boolean unifiedMemory,
        long workingSetBytes, long maxBufferBytes, long maxThreadgroupMemoryBytes, boolean residencySets,
        boolean simdgroupMatrix) {

    /// Families asked for, with their numbers from MTLDevice.h.
    enum Family {
        APPLE7("Apple7", 1007), APPLE8("Apple8", 1008), APPLE9("Apple9", 1009), APPLE10("Apple10", 1010),
        MAC2("Mac2", 2002), METAL3("Metal3", 5001), METAL4("Metal4", 5002);

        final String text;
        final long number;

        Family(String text, long number) {
            this.text = text;
            this.number = number;
        }
    }

    /// Why the engine cannot run here, or "".
    public String unsupportedReason() {
        if (!simdgroupMatrix) {
            return name + " has no simdgroup operations; an Apple GPU of the M1 generation or later is needed";
        }
        return unifiedMemory ? "" : name + " has its own memory; the engine needs unified memory";
    }
}
