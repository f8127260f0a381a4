package com.alphaheng.worker.job.seal;

import com.alphaheng.worker.job.Commands;
import java.util.List;
import java.util.Optional;

/// How a sealed verification ended.
public sealed interface SealedVerdict {
    /// @param metrics what the verify command wrote into `$HENG_METRICS`
    /// @param proofs  what was made to fail and did, for the report
    /// @param execution holds what is measured against what was verified
    record Accepted(Optional<String> metrics, List<String> proofs, ExecutionProof execution) implements SealedVerdict {
        public Accepted {
            proofs = List.copyOf(proofs);
        }
    }

    /// @param exitStatus of the command that gave it away, if it was one
    /// @param lastLines  of that command
    record Rejected(Rejection rejection, Optional<Integer> exitStatus, List<String> lastLines)
            implements SealedVerdict {
        public Rejected {
            lastLines = List.copyOf(lastLines);
        }
    }

    /// Nothing can be said: the attempt's time was up, or it was told to stop.
    record Interrupted(Commands.Killed killed) implements SealedVerdict {
    }
}
