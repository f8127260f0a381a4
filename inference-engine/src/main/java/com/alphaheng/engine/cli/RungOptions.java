package com.alphaheng.engine.cli;

import com.alphaheng.engine.graph.Optimizations;
import picocli.CommandLine.Option;

/// Which rung of the optimization ladder to run.
final class RungOptions {

    @Option(names = "--optimizations", paramLabel = "RUNG", defaultValue = "fused",
        description = "baseline, no-syncs, fused, quantized-kv or mtp, each with those before it (or none, syncs,"
            + " fusion, kv, all); single switches after a plus, such as none+fusion. Default: ${DEFAULT-VALUE}.")
    private String rung;

    @Option(names = "--mtp", description = "Short for --optimizations mtp.")
    private boolean mtp;

    String name() {
        return mtp ? "mtp" : rung;
    }

    Optimizations optimizations() {
        return parse(name());
    }

    /// @throws UnavailableException for a rung that this engine does not have yet
    static Optimizations parse(String name) {
        Optimizations parsed = Optimizations.parse(name);
        if (parsed.mtp()) {
            throw new UnavailableException("multi-token prediction is not part of this engine yet: its weights are"
                + " loaded, but nothing drafts with them");
        }
        return parsed;
    }
}
