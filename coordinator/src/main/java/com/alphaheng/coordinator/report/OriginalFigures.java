package com.alphaheng.coordinator.report;

import java.math.BigDecimal;
import java.util.List;

/// What the original campaign reported about itself, on its own machine. Nothing here was measured by this project;
/// every report that shows these figures says so beside them.
final class OriginalFigures {
    static final String MACHINE = "Apple M3 Pro";
    static final int TASKS = 29;
    static final int RETRIES = 35;
    static final List<Stage> STAGES = List.of(new Stage("baseline", 7.1), new Stage("syncs removed", 15),
            new Stage("fusion and memory", 20), new Stage("MTP", 35));

    private OriginalFigures() {
    }

    record Stage(String name, double tokensPerSecond) {
        /// The figure with the digits it was published with.
        String published() {
            return BigDecimal.valueOf(tokensPerSecond).stripTrailingZeros().toPlainString();
        }
    }
}
