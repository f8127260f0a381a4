package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The commands that change how a campaign goes on.
final class TaskCommands {
    private TaskCommands() {
    }

    private static int act(ConnectionOptions connection, Output output, String path, String done) {
        JsonNode answer = connection.coordinator().post(connection.campaignPath() + path, Map.of());
        output.answer(answer, List.of(done));
        return ExitCode.OK;
    }

    /// What is done to one task by name, or to many of the campaign by an option.
    private abstract static class OneOrMany implements Callable<Integer> {
        @Parameters(paramLabel = "TASK", arity = "0..1", description = "The task's name.")
        private String name;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private Output output;

        final int act(boolean many, String option, String manyPath, String manyDone, String verb, String done) {
            if (many == (name != null)) {
                throw new CliException(ExitCode.USAGE, "name a task, or say " + option);
            }
            return many ? TaskCommands.act(connection, output, manyPath, manyDone.formatted(connection.campaign()))
                    : TaskCommands.act(connection, output, "/tasks/" + Coordinator.segment(name) + "/" + verb,
                    name + done);
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
            return act(failed, "--failed", "/rerun-failed", "failed tasks of %s run again", "retry", " runs again");
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
            return act(all, "--all", "/cancel", "campaign %s is cancelled", "cancel", " is cancelled");
        }
    }

    /// Stops assigning tasks.
    @Command(name = "pause", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Start no further tasks of the campaign; running ones go on.")
    static final class Pause implements Callable<Integer> {
        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            return act(connection, output, "/pause", "campaign " + connection.campaign() + " is paused");
        }
    }

    /// Assigns tasks again.
    @Command(name = "resume", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Go on with a paused campaign.")
    static final class Resume implements Callable<Integer> {
        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            return act(connection, output, "/resume", "campaign " + connection.campaign() + " goes on");
        }
    }
}
