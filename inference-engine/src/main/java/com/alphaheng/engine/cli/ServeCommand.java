package com.alphaheng.engine.cli;

import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.server.ModelService;
import com.alphaheng.engine.server.Scheduler;
import com.alphaheng.engine.server.ServerMetrics;
import com.alphaheng.engine.server.http.VertxServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Serves a model to clients of OpenAI's API.
@Command(name = "serve", mixinStandardHelpOptions = true,
    description = "Serves the model over HTTP to clients of OpenAI's API: /v1/chat/completions, /v1/completions,"
        + " /v1/models, and /health/live, /health/ready, /metrics. See docs/server.md.",
    footer = "%nTry it:%n  curl http://127.0.0.1:7700/v1/completions -H 'Content-Type: application/json' \\%n"
        + "    -d '{\"prompt\": \"public static int max(\", \"temperature\": 0, \"stop\": \"}\"}'")
final class ServeCommand implements Callable<Integer> {

    private static final int MOST_PORT = 65535;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Mixin
    private RungOptions rung;

    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
        description = "Address to listen on; 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", paramLabel = "N", defaultValue = "7700",
        description = "Port to listen on; 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--model-name", paramLabel = "NAME",
        description = "What clients call the model (default: the name of its folder).")
    private String name;

    @Option(names = "--api-key", paramLabel = "KEY", defaultValue = "${env:MARLIN_API_KEY}",
        description = "Clients of /v1 have to send this key as bearer token (default: the environment's MARLIN_API_KEY,"
            + " which other users of the machine cannot see; without either there is none).")
    private String apiKey;

    @Option(names = "--sessions", paramLabel = "N", defaultValue = "4",
        description = "Requests that take turns on the device, and conversations whose beginnings are kept, each in a"
            + " KV cache of its own (default: ${DEFAULT-VALUE}).")
    private int sessions;

    @Option(names = "--context", paramLabel = "N", defaultValue = "0",
        description = "Positions of each KV cache: most tokens of a prompt and its reply (default: 4096, or as many as"
            + " the model has).")
    private int context;

    @Option(names = "--queue", paramLabel = "N", defaultValue = "64",
        description = "Requests that may wait; others are refused with status 429 (default: ${DEFAULT-VALUE}).")
    private int queue;

    @Option(names = "--time-limit", paramLabel = "SECONDS", defaultValue = "600",
        description = "Longest time from a request's arrival to its last token (default: ${DEFAULT-VALUE}).")
    private int timeLimit;

    @Option(names = "--max-body", paramLabel = "SIZE", defaultValue = "16m",
        description = "Largest body of a request (default: ${DEFAULT-VALUE}).")
    private String mostBody;

    @Option(names = "--think", paramLabel = "on|off", defaultValue = "on",
        description = "Whether the model thinks before it answers when a chat request does not say (default:"
            + " ${DEFAULT-VALUE}).")
    private OnOff thinking;

    @Option(names = "--drain", paramLabel = "SECONDS", defaultValue = "30",
        description = "On SIGTERM or Ctrl-C: how long requests under way may go on (default: ${DEFAULT-VALUE}).")
    private int drain;

    @Option(names = "--quiet", description = "Do not print a line for each request to standard error.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        check();
        Path folder = model.directory().toAbsolutePath().normalize();
        String served = name != null ? name : folder.getFileName().toString();
        PrintWriter error = specification.commandLine().getErr();
        Consumer<String> log = line -> {
            if (!quiet || line.indexOf('\n') >= 0) {
                error.println(line);
                error.flush();
            }
        };
        Optional<ChatTemplate> template = ChatTemplate.exists(model.directory())
            ? Optional.of(ChatTemplate.load(model.directory())) : Optional.empty();
        CountDownLatch ended = new CountDownLatch(1);
        try (LoadedModel loaded = LoadedModel.open(model, rung.optimizations())) {
            ServerMetrics metrics = new ServerMetrics(served, loaded.engine().backend());
            ModelService service = new ModelService(served, loaded.engine(), loaded.tokenizer(), template,
                thinking == OnOff.ON);
            Optional<String> key = Optional.ofNullable(apiKey).filter(text -> !text.isBlank());
            try (Scheduler scheduler = new Scheduler(loaded.engine(), loaded.tokenizer(), options(), metrics);
                 VertxServer server = new VertxServer(new VertxServer.Options(host, port, key,
                     (int) Math.min(ModelOptions.bytes(mostBody), Integer.MAX_VALUE)), service, scheduler, metrics,
                     log)) {
                greet(served, loaded, scheduler, server, key.isPresent());
                awaitEnd(scheduler, server, ended);
            }
        } finally {
            ended.countDown();
        }
        return ExitCode.OK;
    }

    private void check() {
        if (port < 0 || port > MOST_PORT) {
            throw new IllegalArgumentException("--port must be 0 to " + MOST_PORT + ", not " + port);
        }
        if (drain < 0) {
            throw new IllegalArgumentException("--drain must be at least 0, not " + drain);
        }
    }

    private Scheduler.Options options() {
        return new Scheduler.Options(sessions, context, queue, Duration.ofSeconds(timeLimit));
    }

    private void greet(String served, LoadedModel loaded, Scheduler scheduler, VertxServer server, boolean guarded) {
        PrintWriter out = specification.commandLine().getOut();
        out.println("marlin serves " + served + " at http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
            + server.port() + "/v1 (" + loaded.engine().backend() + " back end, " + sessions + " sessions of "
            + scheduler.context() + " tokens)");
        out.flush();
        if (!guarded && !host.equals("127.0.0.1") && !host.equals("localhost") && !host.equals("::1")) {
            PrintWriter error = specification.commandLine().getErr();
            error.println("serve: anybody who reaches " + host + " can use this server: set MARLIN_API_KEY to ask for"
                + " a key");
            error.flush();
        }
    }

    /// Until the process is told to end; then lets what is under way end, and everything close, before it does.
    private void awaitEnd(Scheduler scheduler, VertxServer server, CountDownLatch ended) {
        CountDownLatch told = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
            told.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            told.await();
            if (!scheduler.drain(Duration.ofSeconds(drain))) {
                specification.commandLine().getErr().println("serve: requests were cut off after " + drain
                    + " s; --drain gives them longer");
            }
            scheduler.close();
            server.awaitAnswers(LAST_ANSWERS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
