package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The output of an attempt.
@Command(name = "logs", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Print the output of a task's latest attempt, or of another one.")
final class LogsCommand extends TaskCommand {
    private static final long POLL_MILLISECONDS = 500;

    @Option(names = {"-f", "--follow"}, description = "Go on until the attempt ends.")
    private boolean follow;

    @Option(names = "--epoch", paramLabel = "N", description = "The attempt (default: the latest).")
    private Integer epoch;

    @Option(names = "--all", description = "Print all there ever was, also what is older than the last 5,000 lines; "
            + "not together with --follow.")
    private boolean all;

    private String told = "";

    @Override
    public Integer call() throws InterruptedException {
        String path = taskPath() + "/log";
        if (all) {
            return printAll(path + "/all" + (epoch == null ? "" : "?epoch=" + epoch));
        }
        String wanted = epoch == null ? "" : "&epoch=" + epoch;
        String next = "0";
        while (true) {
            JsonNode log = coordinator().get(path + "?after=" + next + wanted);
            if (output().isJson()) {
                output().json(log);
            } else {
                log.path("lines").forEach(line -> output().out().println(line.path("text").asText().stripTrailing()));
                output().out().flush();
            }
            boolean started = log.path("epoch").asInt() > 0;
            boolean over = started ? log.path("complete").asBoolean() : saysWhyNot();
            if (!follow || over) {
                return ExitCode.OK;
            }
            if (started) {
                // From here on it is one attempt that is followed, not whichever is the latest.
                wanted = "&epoch=" + log.path("epoch").asInt();
                next = log.path("next").asText(next);
            }
            Thread.sleep(POLL_MILLISECONDS);
        }
    }

    /// Tells why there is no output, once for each reason.
    ///
    /// @return whether there will be none unless somebody tries the task again
    private boolean saysWhyNot() {
        JsonNode task = coordinator().get(taskPath());
        String word = task() + " has not started: it is " + status(task) + ", " + task.path("reason").asText();
        if (!word.equals(told)) {
            Table.wrap(word, "").forEach(output()::note);
            told = word;
        }
        return List.of("skipped", "cancelled").contains(status(task));
    }

    private int printAll(String path) {
        if (follow) {
            throw new CliException(ExitCode.USAGE, "--all prints what there is now: leave --follow away");
        }
        coordinator().lines(path, line -> output().out().println(output().isJson() ? line.toString()
                : line.path("text").asText().stripTrailing()));
        output().out().flush();
        return ExitCode.OK;
    }
}
