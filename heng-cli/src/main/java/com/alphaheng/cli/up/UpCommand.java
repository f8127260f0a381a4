package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.ExitCode;
import com.alphaheng.cli.ProblemLines;
import com.alphaheng.cli.Reports;
import com.alphaheng.cli.Submission;
import com.alphaheng.cli.Surroundings;
import com.alphaheng.spec.SourceFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The main job: broker, coordinator and a worker on this machine, and the roadmap running through them.
@Command(name = "up", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Start the whole pipeline on this machine and run the roadmap: a Kafka broker, the coordinator "
                + "with its dashboard, and a worker. Ctrl-C stops it; the next 'up' goes on where it was.",
        footer = {"", "Exit codes with --exit-when-finished: 0 every task succeeded, 1 some did not;",
            "3 it could not start, or nothing could go on for two minutes (paused, or no",
            "worker can run what is left), and the message says what to do."})
public final class UpCommand implements Callable<Integer> {
    private static final long POLL_MILLISECONDS = 1000;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Task files to run (default: task-specs/*.yaml).")
    private List<Path> files;

    @Option(names = "--data", paramLabel = "DIR", description = "Where everything is kept (default: .heng/data).")
    private Path data;

    @Option(names = "--fresh", description = "Forget what is kept there and start over.")
    private boolean fresh;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "7600",
            description = "Port of the dashboard (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
            description = "Address to listen on (default: ${DEFAULT-VALUE}). Any other lets other machines in: the "
                    + "coordinator then asks for a token, but the broker does not; use it in a trusted network only.")
    private String listen;

    @Option(names = {"-c", "--campaign"}, paramLabel = "NAME", defaultValue = "${env:HENG_CAMPAIGN:-roadmap}",
            description = "The campaign (default: HENG_CAMPAIGN, or roadmap).")
    private String campaign;

    @Option(names = "--no-submit", description = "Start everything, submit nothing.")
    private boolean noSubmit;

    @Option(names = "--exit-when-finished", description = "Stop when the campaign has finished, or cannot go on.")
    private boolean exitWhenFinished;

    @Option(names = "--reports", paramLabel = "DIR", description = "Where reports go (default: reports).")
    private Path reports;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopping;
    /// Said last.
    private String refusal = "";

    @Override
    public Integer call() {
        if (port < 1 || port > 65_535) {
            throw new CliException(ExitCode.USAGE, "there is no port " + port + ": choose one from 1 to 65535");
        }
        // Read before anything starts: a misspelt name should not cost a start.
        List<SourceFile> taskFiles = noSubmit ? List.of()
                : Submission.valid(files == null ? List.of(Surroundings.root().resolve("task-specs")) : files);
        LiveSummary summary = new LiveSummary(System.out, Surroundings.isTerminal());
        try (DataFolder folder = DataFolder.open(data == null ? Surroundings.root().resolve(".heng/data") : data)) {
            if (fresh) {
                folder.clear();
            }
            Pipeline pipeline = Pipeline.of(folder, listen, port);
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopFromOutside(summary, main), "stop-pipeline"));
            try {
                return run(pipeline, taskFiles, summary);
            } catch (InterruptedException e) {
                return ExitCode.OK; // Ctrl-C; the programs are stopped below.
            } finally {
                pipeline.stop();
                stopped.countDown();
            }
        }
    }

    /// On Ctrl-C or SIGTERM: the main thread stops the programs, and the virtual machine waits for that.
    private void stopFromOutside(LiveSummary summary, Thread main) {
        if (stopped.getCount() > 0) {
            stopping = true;
            main.interrupt();
            summary.say("stopping; the next './heng up' goes on from here");
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int run(Pipeline pipeline, List<SourceFile> taskFiles, LiveSummary summary) throws InterruptedException {
        Supervisor supervisor = new Supervisor(pipeline, summary::say);
        summary.say("starting broker, coordinator and worker");
        supervisor.startAll();
        Coordinator coordinator = pipeline.coordinator();
        summary.say("dashboard: " + coordinator.address());
        pipeline.adminToken().ifPresent(file -> summary.say("it asks for a token; an admin's is in " + file
                + " (export HENG_TOKEN_FILE=" + file + ")"));
        if (!noSubmit) {
            JsonNode answer = coordinator.post(path() + "/submissions",
                    Submission.body(taskFiles, GitHead.of(Surroundings.root())));
            ProblemLines.of(ProblemLines.read(answer.path("warnings"))).forEach(summary::say);
            summary.say("campaign %s: %d tasks added, %d changed, %d as they were".formatted(campaign,
                    answer.path("added").size(), answer.path("changed").size(), answer.path("unchanged").size()));
        }
        boolean reported = false;
        Standstill standstill = new Standstill();
        while (!stopping) {
            supervisor.tend();
            Optional<JsonNode> state = refresh(coordinator, summary);
            state.flatMap(known -> standstill.observe(known, Instant.now())).ifPresent(summary::say);
            standstill.lasting(Instant.now()).filter(reason -> exitWhenFinished).ifPresent(reason -> {
                throw CliException.unavailable("stopped, because nothing of campaign " + campaign
                        + " can go on: " + reason + " (what ended is kept: the next './heng up' goes on)");
            });
            boolean finished = state.filter(known -> known.path("finished").asBoolean()).isPresent();
            if (finished && !reported) {
                Reports.write(coordinator, campaign, reportFolder())
                        .forEach(file -> summary.say("report: " + file));
                summary.say(exitWhenFinished ? "finished" : "finished; the dashboard stays up until Ctrl-C");
            }
            reported = finished;
            if (finished && exitWhenFinished) {
                summary.close(state.get());
                return state.get().path("counts").path("SUCCEEDED").asInt() == state.get().path("total").asInt()
                        ? ExitCode.OK : ExitCode.FAILED;
            }
            Thread.sleep(POLL_MILLISECONDS);
        }
        return ExitCode.OK;
    }

    private String path() {
        return "/api/campaigns/" + Coordinator.segment(campaign);
    }

    private Path reportFolder() {
        return reports == null ? Surroundings.root().resolve("reports") : reports;
    }

    /// Empty while the coordinator is away, being started again, and while it refuses: there is no campaign yet, or it
    /// asks for a token since the first one was made.
    private Optional<JsonNode> refresh(Coordinator coordinator, LiveSummary summary) {
        try {
            JsonNode state = coordinator.get(path());
            summary.update(state, coordinator.get(path() + "/tasks"));
            refusal = "";
            return Optional.of(state);
        } catch (CliException e) {
            if (e.exitCode() != ExitCode.UNAVAILABLE && !e.getMessage().equals(refusal)) {
                refusal = e.getMessage();
                summary.say("nothing to show: " + refusal);
            }
            return Optional.empty();
        }
    }
}
