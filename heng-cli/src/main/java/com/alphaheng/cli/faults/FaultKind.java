package com.alphaheng.cli.faults;

/// What is done to the processes.
///
/// @param weight   how often it is drawn, relative to the others
/// @param centre   whether it hits what everybody needs, so that other times measured meanwhile are longer
enum FaultKind {
    KILL_WORKERS("kill -9 of a process of workers", 8, false),
    KILL_AGENT("kill -9 of a worker agent", 5, false),
    KILL_COORDINATOR("kill -9 of the active coordinator", 2, true),
    KILL_BROKER("kill -9 of the broker", 2, true),
    FREEZE_WORKERS("SIGSTOP, later SIGCONT, of a process of workers", 6, false),
    FREEZE_COORDINATOR("SIGSTOP, later SIGCONT, of the active coordinator", 1, true),
    CUT_NETWORK("network of a process of workers cut, later healed", 6, false),
    FILL_BROKER_DISK("the broker's disk full, later freed", 1, true),
    FILL_AGENT_DISK("a worker agent's disk full, later freed", 2, false);

    private final String description;
    private final int weight;
    private final boolean centre;

    FaultKind(String description, int weight, boolean centre) {
        this.description = description;
        this.weight = weight;
        this.centre = centre;
    }

    String description() {
        return description;
    }

    int weight() {
        return weight;
    }

    boolean centre() {
        return centre;
    }
}
