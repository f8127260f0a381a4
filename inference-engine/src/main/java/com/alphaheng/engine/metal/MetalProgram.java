package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.Program;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;

/// A list of operations as dispatches. Where one needs what an earlier one wrote, a barrier stands between; the rest
/// may overlap. Owns its arguments, and its scratch buffers unless they are its stream's.
final class MetalProgram implements Program {
    /// Many-token programs are cut into command buffers of so many dispatches, so that none runs into the GPU's time
    /// limit for work that delays the screen.
    private static final int LONG_DISPATCHES = 48;

    private final String label;
    private final int operations;
    private final Dispatch[] dispatches;
    private final boolean[] barrierBefore;
    private final int dispatchesPerCommandBuffer;
    private final Arena arena;
    private final ScratchBuffers scratch;

    /// @param arena   holds the arguments; closed with the program
    /// @param scratch closed with the program, null for nothing
    MetalProgram(String label, int operations, ProgramBuilder builder, Arena arena, ScratchBuffers scratch) {
        this.label = label;
        this.operations = operations;
        this.dispatches = builder.dispatches().toArray(Dispatch[]::new);
        this.barrierBefore = barriers(dispatches);
        this.dispatchesPerCommandBuffer = builder.isLong() ? LONG_DISPATCHES : Integer.MAX_VALUE;
        this.arena = arena;
        this.scratch = scratch;
    }

    private static boolean[] barriers(Dispatch[] dispatches) {
        boolean[] before = new boolean[dispatches.length];
        Set<MetalBuffer> read = new HashSet<>();
        Set<MetalBuffer> written = new HashSet<>();
        for (int index = 0; index < dispatches.length; index++) {
            Dispatch dispatch = dispatches[index];
            before[index] = dispatch.reads().stream().anyMatch(written::contains)
                    || dispatch.writes().stream().anyMatch(buffer -> written.contains(buffer) || read.contains(buffer));
            if (before[index]) {
                read.clear();
                written.clear();
            }
            read.addAll(dispatch.reads());
            written.addAll(dispatch.writes());
        }
        return before;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public int operations() {
        return operations;
    }

    int dispatches() {
        return dispatches.length;
    }

    Dispatch dispatch(int index) {
        return dispatches[index];
    }

    boolean barrierBefore(int index) {
        return barrierBefore[index];
    }

    int dispatchesPerCommandBuffer() {
        return dispatchesPerCommandBuffer;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            if (scratch != null) {
                scratch.close();
            }
        }
    }
}
