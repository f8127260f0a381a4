package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns operations into dispatches: what the wrappers of the kernels ([ProductKernels] and its like) work with.
final class ProgramBuilder {
    /// Most tokens that the matrix-vector kernels take; more go through the tiled ones. `MAX_TOKENS` in MSL.
    static final int VECTOR_TOKENS = 4;

    /// Simdgroups of a matrix-vector threadgroup, and the rows it works out: `ROWS` each.
    private static final int VECTOR_SIMDGROUPS = 2;
    private static final int ROWS = 4;
    private static final int SIMD_WIDTH = 32;

    private final MetalBackendDevice device;
    private final Arena arena;
    private final List<Dispatch> dispatches = new ArrayList<>();
    private final Map<String, Long> scratchBytes = new HashMap<>();
    private final Map<String, MetalBuffer> scratch;
    private boolean isLong;

    /// @param scratch the buffers that [#scratch] hands out; null in a first pass, which only adds up their sizes
    ProgramBuilder(MetalBackendDevice device, Arena arena, Map<String, MetalBuffer> scratch) {
        this.device = device;
        this.arena = arena;
        this.scratch = scratch;
    }

    List<Dispatch> dispatches() {
        return dispatches;
    }

    /// Sizes asked for of [#scratch], by label.
    Map<String, Long> scratchBytes() {
        return scratchBytes;
    }

    /// Whether the program works on so many tokens that it must be cut.
    boolean isLong() {
        return isLong;
    }

    Arena arena() {
        return arena;
    }

    WeightBuffers weights() {
        return device.weights();
    }

    MetalBuffer frequencies(double theta, int width) {
        return device.frequencies(theta, width);
    }

    /// The tensor of a norm or bias.
    WeightBuffers.Place vector(Vector vector) {
        return weights().tensor(vector.name(), vector.data());
    }

    MetalBuffer buffer(DeviceBuffer buffer) {
        return MetalDeviceBuffer.of(buffer);
    }

    /// A buffer that only this program's dispatches see. One for each label, as large as the largest use.
    MetalBuffer scratch(String label, long bytes) {
        scratchBytes.merge(label, bytes, Math::max);
        return scratch == null ? device.placeholder() : scratch.get(label);
    }

    /// Marks the program as long when an operation has many tokens.
    void tokens(int tokenCount) {
        isLong |= tokenCount > VECTOR_TOKENS;
    }

    Dispatch.Builder kernel(Op operation, KernelVariant variant) {
        return new Dispatch.Builder(operation, device.kernels().pipeline(variant));
    }

    void add(Dispatch dispatch) {
        dispatches.add(dispatch);
    }

    /// A kernel on a matrix: which format it has.
    static KernelVariant on(String kernel, Matrix matrix) {
        KernelVariant variant = KernelVariant.of(kernel)
                .with(FunctionConstant.WEIGHT_FORMAT, WeightFormat.of(matrix.dtype()).ordinal());
        // Given in any case: the constant is in the code that the compiler sees before it drops the branch.
        return variant.with(FunctionConstant.GROUP_SIZE,
                matrix.dtype() == DType.MMFP4 ? matrix.groupSize() : SIMD_WIDTH);
    }

    /// The same for a kernel that multiplies a few vectors.
    static KernelVariant on(String kernel, Matrix matrix, int tokens) {
        return on(kernel, matrix).with(FunctionConstant.TOKENS, tokens);
    }

    /// Whether one kernel can read both.
    static boolean sameFormat(Matrix first, Matrix second) {
        return first.dtype() == second.dtype() && first.groupSize() == second.groupSize();
    }

    /// Threads of a matrix-vector threadgroup.
    static int vectorThreads() {
        return VECTOR_SIMDGROUPS * SIMD_WIDTH;
    }

    /// Threadgroups for so many rows, given how many of these blocks of 4 rows each of its simdgroups takes.
    static long vectorGroups(int rows) {
        return blocks(blocks(rows, ROWS), VECTOR_SIMDGROUPS);
    }

    /// Threadgroups when each simdgroup takes one of so many blocks of rows.
    static long vectorGroupsOfBlocks(long rowBlocks) {
        return blocks(rowBlocks, VECTOR_SIMDGROUPS);
    }

    static long rowBlocks(int rows) {
        return blocks(rows, ROWS);
    }

    /// count / size, rounded up.
    static long blocks(long count, long size) {
        return (count + size - 1) / size;
    }

    /// Refuses what a kernel's fixed arrays cannot hold.
    ///
    /// @throws DeviceException naming the operation, the limit and what was asked
    static void require(Op operation, String what, long value, long limit) {
        if (value > limit) {
            throw new DeviceException(operation.label() + ": the Metal kernels take " + what + " up to " + limit
                    + ", this model has " + value + ": use --backend cpu");
        }
    }
}
