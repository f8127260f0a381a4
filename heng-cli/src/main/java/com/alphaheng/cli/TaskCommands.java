package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that change how a campaign goes on.
final class TaskCommands {
    private TaskCommands() {
    }

    /// Posts one action and says what it did.
    private abstract static class Action extends CampaignCommand {
        final JsonNode post(String path) {
            return coordinator().post(campaignPath() + path, Map.of());
        }

        final int act(String path, String done) {
            output().answer(post(path), List.of("campaign " + campaign() + done));
            return ExitCode.OK;
        }
    }

    /// What is done to one task by name, or to many of the campaign by an option.
    private abstract static class OneOrMany extends Action {
        @Parameters(paramLabel = "TASK", arity = "0..1", description = "The task's name.")
        private String name;

        /// @param nothing what to say if there was none of the many
        final int act(boolean many, String option, String manyPath, String verb, String done, String nothing) {
            if (many == (name != null)) {
                throw new CliException(ExitCode.USAGE, "name a task, or say " + option);
            }
            JsonNode answer = post(many ? manyPath : "/tasks/" + Coordinator.segment(name) + "/" + verb);
            int touched = answer.path("tasks").size();
            output().answer(answer, List.of(!many ? name + ": " + done : touched == 0
                    ? nothing + " in campaign " + campaign()
                    : Table.counted(touched, "task") + " of " + campaign() + ": " + done));
            return ExitCode.OK;
        }
    }

    /// Runs a task again.
    @Command(name = "retry", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Run an ended task again, or all failed ones.")
    static final class Retry extends OneOrMany {
        @Option(names = "--failed", description = "All tasks that failed or were cancelled, and what they hold up.")
        private boolean failed;

        @Override
        public Integer call() {
            return act(failed, "--failed", "/rerun-failed", "retry", "queued again", "nothing has failed");
        }
    }

    /// Cancels a task or a campaign.
    @Command(name = "cancel", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Cancel a task, or with --all every task of the campaign.")
    static final class Cancel extends OneOrMany {
        @Option(names = "--all", description = "The whole campaign.")
        private boolean all;

        @Override
        public Integer call() {
            return act(all, "--all", "/cancel", "cancel", "cancelled", "nothing is left to cancel");
        }
    }

    /// Stops assigning tasks.
    @Command(name = "pause", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Start no further tasks of the campaign; running ones go on.")
    static final class Pause extends Action {
        @Override
        public Integer call() {
            return act("/pause", " is paused");
        }
    }

    /// Assigns tasks again.
    @Command(name = "resume", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Go on with a paused campaign.")
    static final class Resume extends Action {
        @Override
        public Integer call() {
            return act("/resume", " goes on");
        }
    }
}
