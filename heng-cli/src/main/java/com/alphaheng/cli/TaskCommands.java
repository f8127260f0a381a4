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
        if (output.isJson()) {
            output.json(answer);
        } else {
            output.lines(List.of(done));
        }
        return ExitCode.OK;
    }

    /// Runs a task again.
    @Command(name = "retry", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Run an ended task again, or all failed ones.")
    static final class Retry implements Callable<Integer> {
        @Parameters(paramLabel = "TASK", arity = "0..1", description = "The task's name.")
        private String name;

        @Option(names = "--failed", description = "All tasks that failed or were skipped.")
        private boolean failed;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            if (failed == (name != null)) {
                throw new CliException(ExitCode.USAGE, "name a task, or say --failed");
            }
            return failed ? act(connection, output, "/rerun-failed", "failed tasks of " + connection.campaign()
                    + " run again")
                    : act(connection, output, "/tasks/" + Coordinator.segment(name) + "/retry", name + " runs again");
        }
    }

    /// Cancels a task or a campaign.
    @Command(name = "cancel", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Cancel a task, or with --all every task of the campaign.")
    static final class Cancel implements Callable<Integer> {
        @Parameters(paramLabel = "TASK", arity = "0..1", description = "The task's name.")
        private String name;

        @Option(names = "--all", description = "The whole campaign.")
        private boolean all;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            if (all == (name != null)) {
                throw new CliException(ExitCode.USAGE, "name a task, or say --all");
            }
            return all ? act(connection, output, "/cancel", "campaign " + connection.campaign() + " is cancelled")
                    : act(connection, output, "/tasks/" + Coordinator.segment(name) + "/cancel", name
                            + " is cancelled");
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
