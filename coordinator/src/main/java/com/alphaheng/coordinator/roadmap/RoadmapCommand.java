package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.spec.TaskSpec;
import java.util.List;
import java.util.Optional;

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

    /// A worker said something.
    record HearWorker(WorkerMessage message) implements RoadmapCommand {
    }

    /// A timer went off, every few hundred milliseconds.
    record Tick() implements RoadmapCommand {
    }

    /// Give tasks that are ready to workers that are free.
    record AssignReadyTasks() implements RoadmapCommand {
    }

    /// This process is the writer of the log from now on.
    record TakeOver(String instance) implements RoadmapCommand {
    }
}
