package com.alphaheng.coordinator.runtime;

import com.alphaheng.coordinator.roadmap.AccessToken;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.protocol.WorkerMessage;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Whose reports count: an enrolled worker's only if they prove that they are its own. Used by the shard's thread.
public final class Admission {
    private static final System.Logger LOGGER = System.getLogger(Admission.class.getName());
    /// Names are the senders' choice: enough of them to tell people, not enough to fill the memory.
    private static final int MOST_NAMES = 1_000;

    private final boolean enrolmentRequired;
    private final Set<String> refused = new HashSet<>();

    /// @param enrolmentRequired whether workers that never enrolled are refused
    public Admission(boolean enrolmentRequired) {
        this.enrolmentRequired = enrolmentRequired;
    }

    boolean admits(RoadmapState state, WorkerMessage message, ReportSource.Proof proof) {
        Optional<AccessToken> token = state.administration().tokenOfWorker(message.workerId());
        boolean admitted = token.map(own -> proof.madeWith(own.hash())).orElse(!enrolmentRequired);
        if (!admitted && refused.size() < MOST_NAMES && refused.add(message.workerId())) {
            LOGGER.log(Level.WARNING, "reports in the name of worker " + message.workerId() + " are refused: "
                    + (token.isPresent() ? "they are not signed with the token it got when it enrolled last; if it is "
                    + "really that worker, enrol it again" : "it has not enrolled, or its token was revoked")
                    + " (./heng token enrol --worker " + message.workerId() + ")");
        }
        return admitted;
    }
}
