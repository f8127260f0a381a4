package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A fact about the roadmap. [RoadmapState#replay] is the only thing that acts on it.
///
/// [Durable] facts make up the log. [Passing] ones (a heartbeat came, time went by) are replayed when they happen and
/// then
/// forgotten: after a restart [CoordinatorTookOver] gives every worker a full lease to be heard from again, until
/// [SilenceRecalled] says how much of that is over.
public sealed interface RoadmapEvent {
    /// When it happened, by the coordinator's clock, which never runs backwards.
    Instant at();

    /// A fact of the log.
    sealed interface Durable extends RoadmapEvent {
    }

    /// A fact that need not survive.
    sealed interface Passing extends RoadmapEvent {
    }

    /// A durable fact about one campaign.
    sealed interface OfCampaign extends Durable {
        String campaign();
    }

    /// A durable fact about what surrounds the campaigns, replayed by [Administration].
    sealed interface OfAdministration extends Durable {
        String actor();
    }

    /// A durable fact about one attempt.
    sealed interface OfAttempt extends Durable {
        AttemptId attempt();
    }

    /// The campaign exists from now on.
    record CampaignOpened(String campaign, Instant at) implements OfCampaign {
    }

    /// A submission was taken; the task events around it say what it changed.
    ///
    /// @param submission content hash of the files
    /// @param actor      who asked
    record SubmissionAccepted(String campaign, String submission, List<String> files, Optional<String> commit,
                              String actor, Instant at) implements OfCampaign {
        public SubmissionAccepted {
            files = List.copyOf(files);
        }
    }

    /// A new task; its place in submission order is the place of this event in the log.
    record TaskAdded(String campaign, TaskSpec task, Instant at) implements OfCampaign {
    }

    /// A resubmission gave the task another definition.
    ///
    /// @param reopened whether the task had ended and runs again under the new definition
    record TaskChanged(String campaign, TaskSpec task, boolean reopened, Instant at) implements OfCampaign {
    }

    /// A resubmission no longer has the task.
    record TaskRemoved(String campaign, String task, Instant at) implements OfCampaign {
    }

    record TaskCancelled(String campaign, String task, String actor, String reason, Instant at)
            implements OfCampaign {
    }

    /// Somebody asked for another try; failures counted so far are forgiven.
    record TaskReopened(String campaign, String task, String actor, Instant at) implements OfCampaign {
    }

    record CampaignPaused(String campaign, String actor, Instant at) implements OfCampaign {
    }

    record CampaignResumed(String campaign, String actor, Instant at) implements OfCampaign {
    }

    /// The attempt belongs to this incarnation of this worker, and its lease runs.
    ///
    /// @param backend the limited agent backend it counts against; others it may use have no limit
    /// @param chip    of the worker's machine, if the task belongs to a search that is spread over workers of one chip
    record AttemptAssigned(AttemptId attempt, String worker, String incarnation, Optional<String> backend,
                           Optional<String> chip, Instant at) implements OfAttempt {
        public AttemptAssigned {
            // Logs written before a search could be spread do not have it.
            chip = chip == null ? Optional.empty() : chip;
        }
    }

    record AttemptStageReached(AttemptId attempt, String stage, Instant at) implements OfAttempt {
    }

    record AttemptSucceeded(AttemptId attempt, AttemptResult result, Instant at) implements OfAttempt {
    }

    /// @param retryAt when the task may be tried again; empty when it has failed for good
    record AttemptFailed(AttemptId attempt, AttemptResult result, Optional<Instant> retryAt, Instant at)
            implements OfAttempt {
    }

    /// The lease ended without a result.
    ///
    /// @param retryAt when the task may be tried again; empty when it was lost too often
    record AttemptLost(AttemptId attempt, String reason, Optional<Instant> retryAt, Instant at) implements OfAttempt {
    }

    record WorkerJoined(String worker, String incarnation, long sequence, WorkerProfile profile, Instant at)
            implements Durable {
    }

    record WorkerLost(String worker, String incarnation, String reason, Instant at) implements Durable {
    }

    record WorkerLeft(String worker, String incarnation, long sequence, String reason, Instant at)
            implements Durable {
    }

    /// The worker was away for so long that nobody needs to see it any more.
    record WorkerForgotten(String worker, Instant at) implements Durable {
    }

    /// @param most attempts at once; empty means no limit any more
    record LimitSet(LimitScope scope, String name, Optional<Integer> most, String actor, Instant at)
            implements OfAdministration {
    }

    /// @param hash SHA-256 of the token; the token itself is nowhere
    record TokenIssued(String token, Role role, String hash, Optional<Instant> expires, String actor, Instant at)
            implements OfAdministration {
    }

    record TokenRevoked(String token, String actor, Instant at) implements OfAdministration {
    }

    /// A one-time token was made; see [RoadmapCommand.OfferEnrolment].
    record EnrolmentOffered(String hash, Optional<String> worker, Instant expires, String actor, Instant at)
            implements OfAdministration {
    }

    /// @param offer hash of the one-time token, which is used up
    /// @param hash  of the worker's own token
    /// @param actor who had made the offer
    record WorkerEnrolled(String offer, String worker, String hash, String actor, Instant at)
            implements OfAdministration {
    }

    /// @param secret key of the signatures, sealed with a key that is not in the log; older logs have it in clear
    record WebhookAdded(String webhook, String url, String secret, Optional<String> campaign, List<String> events,
                        String actor, Instant at) implements OfAdministration {
        public WebhookAdded {
            events = List.copyOf(events);
        }
    }

    record WebhookRemoved(String webhook, String actor, Instant at) implements OfAdministration {
    }

    /// What came of one notification.
    ///
    /// @param answer the receiver's status, or why there was none
    record WebhookAnswered(String webhook, long sequence, String event, boolean delivered, int tries, String answer,
                           Instant at) implements OfAdministration {
        /// Nobody in particular: the coordinator itself.
        @Override
        public String actor() {
            return "coordinator";
        }
    }

    /// A coordinator process became the writer of the log.
    record CoordinatorTookOver(String instance, Instant at) implements Durable {
    }

    /// A worker was heard from; the leases of the attempts it named are renewed.
    record WorkerHeard(String worker, String incarnation, long sequence, List<AttemptId> renewed, Instant at)
            implements Passing {
        public WorkerHeard {
            renewed = List.copyOf(renewed);
        }
    }

    /// When each worker with us counts as last heard from was found out: after [CoordinatorTookOver], which gave each a
    /// whole lease, since a worker may have died before or at the same time; and after an outage, in which nobody could
    /// be heard.
    record SilenceRecalled(Map<String, Instant> lastHeard, Instant at) implements Passing {
        public SilenceRecalled {
            lastHeard = Map.copyOf(lastHeard);
        }
    }

    /// The clock ticked.
    ///
    /// @param hearing whether silence was a worker's own just then
    record ClockTicked(boolean hearing, Instant at) implements Passing {
    }

    /// The wait before a retry is over.
    record BackoffElapsed(String campaign, String task, Instant at) implements Passing {
    }

    /// The task has been ready for so long that it moves up by one priority.
    record TaskAged(String campaign, String task, Instant at) implements Passing {
    }
}
