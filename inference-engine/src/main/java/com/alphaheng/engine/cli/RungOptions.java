package com.alphaheng.engine.cli;

import com.alphaheng.engine.graph.Optimizations;
import picocli.CommandLine.Option;

/// Which rung of the optimization ladder to run.
final class RungOptions {

    @Option(names = "--optimizations", paramLabel = "RUNG",
        description = "baseline, no-syncs, fused, quantized-kv or mtp, each with those before it (or none, syncs,"
            + " fusion, kv, all); single switches after a plus, such as none+fusion or fused+mtp. Default: fused.")
    private String rung;

    @Option(names = "--mtp", paramLabel = "N", arity = "0..1", fallbackValue = "" + Optimizations.STANDARD_DRAFTS,
        description = "Draft N tokens, 1 to 3, before each step of the model, with the model's own MTP layer; text"
            + " stays what it is without. Without N: ${FALLBACK-VALUE}. Alone the same as --optimizations mtp, else"
            + " on top of that rung.")
    private Integer drafts;

    String name() {
        if (drafts == null) {
            return rung == null ? "fused" : rung;
        }
        return rung == null ? "mtp" : rung.contains("mtp") ? rung : rung + "+mtp";
    }

    /// @throws IllegalArgumentException when there is no such rung, or it cannot draft so many tokens
    Optimizations optimizations() {
        Optimizations parsed = Optimizations.parse(name());
        return drafts == null ? parsed : parsed.withDrafts(drafts);
    }
}
