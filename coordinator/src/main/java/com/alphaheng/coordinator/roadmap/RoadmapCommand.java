package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.spec.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Something asked of the roadmap: by a person, by a worker, or by a timer.
public sealed interface RoadmapCommand {
    /// Take these tasks: new ones are added, others changed, and those of the named files that are no longer there
    /// removed.
    ///
    /// @param submission content hash of the files
    /// @param files      names of the submitted files; tasks that came from other files stay as they are
    /// @param dryRun     only say what would change
    record Submit(String campaign, String submission, List<String> files, Optional<String> commit,
                  List<TaskSpec> tasks, String actor, boolean dryRun) implements RoadmapCommand {
        public Submit {
            files = List.copyOf(files);
            tasks = List.copyOf(tasks);
        }
    }

    record CancelTask(String campaign, String task, String actor) implements RoadmapCommand {
    }

    record RetryTask(String campaign, String task, String actor) implements RoadmapCommand {
    }

    record CancelCampaign(String campaign, String actor) implements RoadmapCommand {
    }

    record PauseCampaign(String campaign, String actor) implements RoadmapCommand {
    }

    record ResumeCampaign(String campaign, String actor) implements RoadmapCommand {
    }

    /// Try every failed or cancelled task of the campaign again.
    record RerunFailed(String campaign, String actor) implements RoadmapCommand {
    }

    /// Only if the tasks of the campaign are still defined as the asker knows them.
    ///
    /// @param definitions the versions that will do, see [Campaign#definitionVersion]; none means any, if the campaign
    ///                    is there at all
    record IfUnchanged(String campaign, Set<Long> definitions, RoadmapCommand command) implements RoadmapCommand {
        public IfUnchanged {
            definitions = Set.copyOf(definitions);
        }
    }

    /// Something around the campaigns is to change.
    sealed interface Administer extends RoadmapCommand {
    }

    /// @param most attempts at once; empty takes the limit away
    record SetLimit(LimitScope scope, String name, Optional<Integer> most, String actor) implements Administer {
    }

    /// @param hash           of the secret, see [AccessToken]
    /// @param adminElsewhere whether an admin could get in without any token of the log
    record IssueToken(String token, Role role, String hash, Optional<Instant> expires, String actor,
                      boolean adminElsewhere) implements Administer {
    }

    record RevokeToken(String token, String actor, boolean adminElsewhere) implements Administer {
    }

    /// A one-time token with which a worker gets its credentials.
    ///
    /// @param worker the only worker that may use it; empty means any
    record OfferEnrolment(String hash, Optional<String> worker, Instant expires, String actor) implements Administer {
    }

    /// @param offer hash of the one-time token
    /// @param hash  of the worker's own token
    record EnrolWorker(String offer, String worker, String hash) implements Administer {
    }

    record AddWebhook(String webhook, String url, String secret, Optional<String> campaign, List<String> events,
                      String actor) implements Administer {
        public AddWebhook {
            events = List.copyOf(events);
        }
    }

    record RemoveWebhook(String webhook, String actor) implements Administer {
    }

    /// A delivery ended, well or for good.
    record AnswerWebhook(String webhook, long sequence, String event, boolean delivered, int tries, String answer)
            implements Administer {
    }

    /// A worker said something.
    record HearWorker(WorkerMessage message) implements RoadmapCommand {
    }

    /// What the workers' reports up to now say about who was silent for how long, also while nobody decided here.
    ///
    /// @param silent by worker; time in which nobody could be heard does not count
    /// @param others how long those not named have been silent at least
    /// @param outage the longest such time; zero if there was none
    record RecallSilence(Map<String, Duration> silent, Duration others, Duration outage) implements RoadmapCommand {
        public RecallSilence {
            silent = Map.copyOf(silent);
        }
    }

    /// A timer went off, every few hundred milliseconds.
    ///
    /// @param hearing whether what workers reported a moment ago has been heard; not while the broker is away
    record Tick(boolean hearing) implements RoadmapCommand {
    }

    /// Give tasks that are ready to workers that are free.
    record AssignReadyTasks() implements RoadmapCommand {
    }

    /// This process is the writer of the log from now on.
    record TakeOver(String instance) implements RoadmapCommand {
    }
}
