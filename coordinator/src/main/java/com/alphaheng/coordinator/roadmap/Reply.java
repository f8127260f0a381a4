package com.alphaheng.coordinator.roadmap;

import com.alphaheng.spec.Spelling;
import com.alphaheng.spec.TaskSpec;
import java.util.List;
import java.util.Optional;

/// What the asker of a command is told, once the events it caused are durable.
public sealed interface Reply {
    /// Nobody waits for an answer.
    record Silence() implements Reply {
    }

    /// It is done.
    ///
    /// @param tasks names of the tasks it touched
    record Done(List<String> tasks) implements Reply {
        public Done {
            tasks = List.copyOf(tasks);
        }
    }

    /// The submission holds (or would, if it was a dry run).
    ///
    /// @param tasks all tasks of the campaign as it is then
    record Submitted(String campaign, String submission, SubmissionDiff diff, List<TaskSpec> tasks)
            implements Reply {
        public Submitted {
            tasks = List.copyOf(tasks);
        }

        @Override
        public String toString() {
            return "Submitted[" + campaign + ", " + submission + ", " + diff + "]";
        }
    }

    /// There is no such campaign.
    record UnknownCampaign(String campaign, List<String> known) implements Reply {
    }

    /// There is no such task in the campaign.
    ///
    /// @param near the known name most like it, if one is
    record UnknownTask(String campaign, String task, Optional<String> near) implements Reply {
        public static UnknownTask of(Campaign campaign, String task) {
            return new UnknownTask(campaign.name(), task, Spelling.nearest(task, campaign.tasks().stream()
                    .map(Task::name).toList()));
        }
    }

    /// The task cannot be treated so in its present status.
    record WrongStatus(String campaign, String task, TaskStatus status, String remedy) implements Reply {
    }

    /// Which rule stood against what was asked.
    enum Rule {
        UNKNOWN, CONFLICT, FORBIDDEN, OUTDATED
    }

    /// Something around the campaigns (a token, a limit, a webhook) cannot be changed so.
    record Refused(Rule rule, String message, String remedy) implements Reply {
    }

    /// The submission contradicts itself or what the campaign already has.
    record InvalidSubmission(List<SubmissionProblem> problems) implements Reply {
        public InvalidSubmission {
            problems = List.copyOf(problems);
        }
    }
}
