package com.alphaheng.cli.faults;

import java.time.Instant;

/// A fault that was inflicted.
///
/// @param target name of the process; for workers also the prefix of their ids
/// @param end    when it was undone: started again, continued, healed, freed
record Injected(FaultKind kind, String target, Instant start, Instant end) {
}
