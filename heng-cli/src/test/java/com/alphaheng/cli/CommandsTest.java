package com.alphaheng.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The commands against an HTTP server that answers as `docs/api.md` says: what they print, send and exit with.
final class CommandsTest {
    @TempDir
    private Path folder;
    private HttpServer server;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> requests = new ArrayList<>();
    private String ifMatch = "";
    private String out;
    private String err;

    private record Answer(int status, String body) {
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        answers.put("GET /api/campaigns", new Answer(200, "[{\"name\":\"roadmap\"}]"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
        requests.add(request + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Answer answer = answers.getOrDefault(request, new Answer(404, "{\"detail\":\"nothing at " + request + "\"}"));
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private int heng(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--url=http://127.0.0.1:" + server.getAddress().getPort());
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        StringWriter standard = new StringWriter();
        StringWriter error = new StringWriter();
        CommandLine command = Heng.commandLine().setOut(new PrintWriter(standard)).setErr(new PrintWriter(error));
        int code = command.execute(arguments);
        command.getOut().flush();
        out = standard.toString();
        err = error.toString();
        return code;
    }

    @Test
    void submitPrintsWhatChanged() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), "tasks: [{name: ä, prompt: p, priority: P2}]");
        answers.put("POST /api/campaigns/my%20campaign/submissions", new Answer(201, """
                {"campaign":"my campaign","added":["ä"],"changed":[],"unchanged":["x","y"],"warnings":[]}"""));
        assertThat(heng("submit", file.toString(), "-c", "my campaign")).isZero();
        assertThat(out).isEqualTo("+ ä\ncampaign my campaign: 1 added, 0 changed, 0 removed, 2 unchanged\n");
        assertThat(requests).singleElement().asString()
                .contains("\"name\":\"a.yaml\"", "tasks: [{name: ä, prompt: p, priority: P2}]");
        answers.put("POST /api/campaigns/my%20campaign/submissions", new Answer(412, """
                {"detail":"changed meanwhile","remedy":"look again"}"""));
        assertThat(heng("submit", file.toString(), "-c", "my campaign", "--if-match", "7")).isEqualTo(ExitCode.FAILED);
        assertThat(ifMatch).isEqualTo("\"7\"");
        assertThat(err).contains("changed meanwhile");
    }

    @Test
    void problemsOfASubmissionArePrintedOneByOne() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), "tasks: []");
        answers.put("POST /api/campaigns/roadmap/submissions", new Answer(422, """
                {"title":"Invalid","status":422,"detail":"2 problems in the submission","remedy":"mend them",
                "problems":[
                {"file":"a.yaml","line":1,"column":2,"severity":"ERROR","rule":"r","message":"wrong","fix":"mend"},
                {"file":"a.yaml","line":3,"column":4,"severity":"WARNING","rule":"r",
                "message":"odd","fix":"look"}]}"""));
        assertThat(heng("submit", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err).isEqualTo("""
                a.yaml:3:4: warning: odd [r]; look
                a.yaml:1:2: error: wrong [r]; mend
                heng: 2 problems in the submission: mend them
                """);
    }

    @Test
    void revertSubmitsATaskThatTakesTheMergedCommitBack() {
        String commit = "4f2a91c7d0e35b6a8c1f29d7e4b3a6058c9d1e2f";
        answers.put("GET /api/campaigns/roadmap/tasks/fuse%20it", new Answer(200, """
                {"name":"fuse it","status":"SUCCEEDED","category":"other","verifyCommand":"./check \\"x\\"",
                "attemptsDetail":[{"epoch":1,"outcome":"AGENT_FAILED","reason":"crash"},
                {"epoch":2,"outcome":"SUCCEEDED","reason":"merged as %s by an earlier attempt"}]}"""
                .formatted(commit)));
        answers.put("GET /api/campaigns/roadmap", new Answer(200, "{\"commit\":\"c0ffee\"}"));
        answers.put("POST /api/campaigns/roadmap/submissions", new Answer(201, "{\"added\":[\"revert fuse it\"]}"));
        assertThat(heng("revert", "fuse it", "--because", "it flickers")).isZero();
        assertThat(out).contains("takes back 4f2a91c7d0e3");
        assertThat(requests.getLast()).contains("revert " + commit + "\\\\n", "it flickers", "[\\\"revert\\\"]",
                "./check", "\"commit\":\"c0ffee\"");
        answers.put("GET /api/campaigns/roadmap/tasks/open", new Answer(200, """
                {"name":"open","status":"RUNNING","attemptsDetail":[{"epoch":1,"reason":""}]}"""));
        assertThat(heng("revert", "open")).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("nothing of open was merged").contains("running");
    }

    @Test
    void revertOfWhatIsBeingOrWasTakenBackSaysSoAndTriesAFailedOneAgain() {
        String commit = "4f2a91c7d0e35b6a8c1f29d7e4b3a6058c9d1e2f";
        answers.put("GET /api/campaigns/roadmap/tasks/fuse", new Answer(200, """
                {"name":"fuse","status":"SUCCEEDED",
                "attemptsDetail":[{"epoch":1,"outcome":"SUCCEEDED","reason":"merged as %s"}]}""".formatted(commit)));
        String revert = "/api/campaigns/roadmap/tasks/revert%20fuse";
        String before = "{\"status\":\"%s\",\"prompt\":\"revert " + commit + "\",\"reason\":\"because\",%s}";
        answers.put("GET " + revert, new Answer(200, before.formatted("RUNNING", "\"attemptsDetail\":[]")));
        assertThat(heng("revert", "fuse")).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("it is being taken back: 'revert fuse' is running, because");
        answers.put("GET " + revert, new Answer(200, before.formatted("FAILED", "\"attemptsDetail\":[]")));
        answers.put("POST " + revert + "/retry", new Answer(200, "{\"tasks\":[\"revert fuse\"]}"));
        assertThat(heng("revert", "fuse")).isZero();
        assertThat(out).contains("revert fuse is tried again; it had ended as failed: because");
        answers.put("GET " + revert, new Answer(200, before.formatted("SUCCEEDED", "\"attemptsDetail\":[{\"epoch\":1,"
                + "\"outcome\":\"SUCCEEDED\",\"reason\":\"merged as 99aa\" }]")
                .replace("99aa", "99aa00112233445566778899aabbccddeeff0011")));
        assertThat(heng("revert", "fuse")).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("it was taken back already, by commit 99aa00112233 of task 'revert fuse'");
    }

    @Test
    void showTellsWhatRanOfAChangeAndHowOften() {
        answers.put("GET /api/campaigns/roadmap/tasks/fast", new Answer(200, """
                {"name":"fast","status":"SUCCEEDED","attemptsDetail":[{"epoch":1,"outcome":"SUCCEEDED","executed":{
                "files":{"out/engine.jar":"3fa9c0"},"operations":{"Linear":940},"baseOperations":{"Linear":1880},
                "seenFromOutside":true}}]}"""));
        assertThat(heng("show", "fast")).isZero();
        assertThat(out).contains("    ran out/engine.jar, SHA-256 3fa9c0, seen open in a running process\n"
                + "    dispatched Linear 940 times, the base 1880\n");
    }

    @Test
    void artifactsAreListedAndFetched() throws IOException {
        answers.put("GET /api/campaigns/roadmap/tasks/t/artifacts", new Answer(200, """
                [{"epoch":1,"path":"reports/a.json","sha256":"abc","bytes":2,"available":true},
                {"epoch":2,"path":"b.txt","sha256":"def","bytes":3,"available":false}]"""));
        answers.put("GET /api/artifacts/abc", new Answer(200, "{}"));
        assertThat(heng("artifacts", "t", "-o", folder.toString())).isZero();
        assertThat(out).isEqualTo("""
                ATTEMPT  BYTES  SHA256  FILE
                1        2      abc     reports/a.json
                2        3      def     b.txt (not here yet)
                """);
        assertThat(folder.resolve("1/reports/a.json")).content().isEqualTo("{}");
        answers.put("GET /api/campaigns/roadmap/tasks/t/artifacts", new Answer(200, """
                [{"epoch":1,"path":"../../x","sha256":"abc","bytes":2,"available":true}]"""));
        assertThat(heng("artifacts", "t", "-o", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("leads out of");
    }

    @Test
    void statusFitsEightyColumns() {
        answers.put("GET /api/campaigns/roadmap", new Answer(200, """
                {"name":"roadmap","total":29,"finished":false,"etaSeconds":200,
                "counts":{"SUCCEEDED":10,"FAILED":2,"RUNNING":1,"READY":4,"WAITING":12},
                "throughput":{"tasksPerHour":30,"currentTokensPerSecond":14.25},
                "staircase":[{"stage":"baseline","value":7.1,"unit":"tok/s"},
                {"stage":"no-syncs","value":14.2,"unit":"tok/s","ratio":2.0,"ratioLow":1.9,"ratioHigh":2.1}]}"""));
        answers.put("GET /api/workers", new Answer(200, """
                [{"id":"local","state":"ONLINE","running":[{"task":"fuse-norm"}]}]"""));
        assertThat(heng("status")).isZero();
        assertThat(out).isEqualTo("""
                roadmap  [#########---------------]  12 of 29 tasks ended, about 3 min left
                  10 succeeded, 2 failed, 1 running, 4 ready, 12 waiting, throughput 14.3 tok/s
                  baseline      7.1 tok/s  ###############
                  no-syncs     14.2 tok/s  ##############################  2.00x (1.90 to 2.10)

                WORKER  STATE   RUNNING
                local   online  fuse-norm
                """);
        assertThat(out.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void listFiltersAndSaysWhy() {
        answers.put("GET /api/campaigns/roadmap/tasks?status=FAILED&priority=P0&worker=mac-1", new Answer(200, """
                [{"name":"mtp-draft","priority":"P0","status":"FAILED","attempts":1,
                "reason":"mtp is not available"}]"""));
        assertThat(heng("list", "--status", "failed", "--priority", "p0", "--worker", "mac-1")).isZero();
        assertThat(out).isEqualTo("""
                STATUS  PRI  TRIES  TASK
                failed  P0   1      mtp-draft
                           mtp is not available
                """);
    }

    @Test
    void logsFollowOneAttemptToItsEnd() {
        String path = "GET /api/campaigns/roadmap/tasks/a%20b/log?after=";
        answers.put(path + "0", new Answer(200,
                "{\"epoch\":2,\"lines\":[{\"text\":\"one\\n\"}],\"complete\":false,\"next\":1}"));
        answers.put(path + "1&epoch=2", new Answer(200,
                "{\"epoch\":2,\"lines\":[{\"text\":\"two\"}],\"complete\":true,\"next\":2}"));
        assertThat(heng("logs", "a b", "-f")).isZero();
        assertThat(out).isEqualTo("one\ntwo\n");
    }

    @Test
    void logsOfATaskThatNeverStartedSayWhy() {
        answers.put("GET /api/campaigns/roadmap/tasks/t/log?after=0", new Answer(200,
                "{\"epoch\":0,\"lines\":[],\"complete\":false,\"next\":0}"));
        answers.put("GET /api/campaigns/roadmap/tasks/t", new Answer(200,
                "{\"status\":\"SKIPPED\",\"reason\":\"needs a, which is FAILED: retry that one\"}"));
        assertThat(heng("logs", "t", "-f")).isZero();
        assertThat(out).isEmpty();
        assertThat(err).isEqualTo("t has not started: it is skipped, needs a, which is FAILED: retry that one\n");
    }

    @Test
    void theActionsAndTheirUsage() {
        answers.put("POST /api/campaigns/roadmap/tasks/a/retry", new Answer(200, "{}"));
        answers.put("POST /api/campaigns/roadmap/cancel", new Answer(200, "{\"tasks\":[\"a\",\"b\"]}"));
        answers.put("POST /api/campaigns/roadmap/rerun-failed", new Answer(200, "{\"tasks\":[]}"));
        assertThat(heng("retry", "a")).isZero();
        assertThat(out).isEqualTo("a: queued again\n");
        assertThat(heng("cancel", "--all")).isZero();
        assertThat(out).isEqualTo("2 tasks of roadmap: cancelled\n");
        assertThat(heng("retry", "--failed")).isZero();
        assertThat(out).isEqualTo("nothing has failed in campaign roadmap\n");
        assertThat(heng("retry")).isEqualTo(ExitCode.USAGE);
        assertThat(err).isEqualTo("heng: name a task, or say --failed\n");
        assertThat(heng("cancel", "unknown")).isEqualTo(ExitCode.FAILED);
        assertThat(heng("frobnicate")).isEqualTo(ExitCode.USAGE);
        assertThat(heng("status", "--camp", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("heng status: Unknown option").contains("did you mean --campaign")
                .endsWith("(./heng status --help)\n");
    }

    @Test
    void withoutANameTheOnlyCampaignIsMeant() {
        answers.put("GET /api/campaigns", new Answer(200, "[{\"name\":\"only\"}]"));
        answers.put("GET /api/campaigns/only/tasks", new Answer(200, "[]"));
        assertThat(heng("list")).isZero();
        assertThat(out).isEqualTo("campaign only has no tasks: './heng submit FILE... -c only' adds some\n");
        answers.put("GET /api/campaigns", new Answer(200, "[{\"name\":\"a\"},{\"name\":\"b\"}]"));
        assertThat(heng("list")).isEqualTo(ExitCode.USAGE);
        assertThat(err).isEqualTo("heng: there are several campaigns, say which with -c NAME: a, b\n");
        answers.put("GET /api/campaigns", new Answer(200, "[]"));
        assertThat(heng("status")).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("there is no campaign at", "./heng submit FILE");
    }

    @Test
    void theFirstSubmissionNeedsNoName() throws IOException {
        Path file = Files.writeString(folder.resolve("a.yaml"), "tasks: [{name: a, prompt: p, priority: P2}]");
        answers.put("GET /api/campaigns", new Answer(200, "[]"));
        answers.put("POST /api/campaigns/roadmap/submissions", new Answer(201, """
                {"campaign":"roadmap","added":["a"]}"""));
        assertThat(heng("submit", file.toString())).isZero();
        assertThat(out).contains("campaign roadmap: 1 added");
    }

    @Test
    void manyWarningsDoNotHideTheErrors() throws IOException {
        StringBuilder tasks = new StringBuilder("tasks:\n");
        for (int i = 0; i < 30; i++) {
            tasks.append("  - {name: t%d, prompt: p, priority: P0}\n".formatted(i));
        }
        Path file = Files.writeString(folder.resolve("a.yaml"), tasks + "  - {name: t0, prompt: p, priority: P7}\n");
        assertThat(run("plan", "--offline", file.toString())).isEqualTo(ExitCode.FAILED);
        List<String> lines = out.lines().toList();
        assertThat(lines.stream().filter(line -> line.contains(": warning: "))).hasSize(10);
        assertThat(lines.get(10)).isEqualTo("... and 20 more warnings; --json shows all");
        assertThat(lines.subList(11, lines.size())).hasSize(2).allMatch(line -> line.contains(": error: "));
    }

    @Test
    void nothingToShowIsSaid() {
        answers.put("GET /api/limits", new Answer(200, "[]"));
        answers.put("GET /api/campaigns/roadmap/tasks?status=RUNNING", new Answer(200, "[]"));
        answers.put("GET /api/campaigns/roadmap/tasks/t/artifacts", new Answer(200, """
                [{"epoch":1,"path":"a","sha256":"abc","bytes":2,"available":true}]"""));
        assertThat(heng("limit")).isZero();
        assertThat(out).isEqualTo("nothing is limited: './heng limit --help' shows how\n");
        assertThat(heng("list", "--status", "running")).isZero();
        assertThat(out).isEqualTo("no task of roadmap is like that: './heng list -c roadmap' shows all\n");
        assertThat(heng("artifacts", "t", "--epoch", "2")).isZero();
        assertThat(out).startsWith("no attempt 2 of t left files");
        assertThat(heng("artifacts", "t", "--epoch", "2", "--json")).isZero();
        assertThat(out.strip()).isEqualTo("[ ]");
    }

    @Test
    void reportsAreWrittenToAFolder() {
        answers.put("GET /api/reports/roadmap/status.md", new Answer(200, "# Status\n"));
        answers.put("GET /api/reports/roadmap/final_benchmark.md", new Answer(200, "# Final\n"));
        Path reports = folder.resolve("reports");
        assertThat(heng("report", "-o", reports.toString())).isZero();
        assertThat(reports.resolve("final_benchmark.md")).hasContent("# Final");
    }

    @Test
    void misuseAndStrangersAreNamed() {
        assertThat(run()).isEqualTo(ExitCode.USAGE);
        assertThat(run("token")).isEqualTo(ExitCode.USAGE);
        for (String address : List.of("foo", "http://127.0.0.1:1/x y", "ftp://host")) {
            assertThat(run("status", "--url", address)).isEqualTo(ExitCode.USAGE);
            assertThat(err).isEqualTo("heng: '" + address
                    + "' is no address: write it like http://127.0.0.1:7600\n");
        }
        answers.put("GET /api/campaigns", new Answer(404, "<html>not here</html>"));
        assertThat(heng("status")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err).contains("answered with status 404 and nothing that a coordinator says", "--url");
    }

    @Test
    void noCoordinator() {
        server.stop(0);
        assertThat(heng("status")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err).startsWith("heng: no coordinator answers at http://127.0.0.1:")
                .endsWith("start one with './heng up', or say where it is with --url or HENG_URL\n");
    }

    @Test
    void planNeedsNoCoordinator() throws IOException {
        Path good = Files.writeString(folder.resolve("good.yaml"), """
                tasks:
                  - {name: b, prompt: p, priority: P2, dependencies: [a]}
                  - {name: a, prompt: p, priority: P2}
                """);
        assertThat(run("plan", "--offline", good.toString())).isZero();
        assertThat(out).isEqualTo("""
                STEP  PRI  TASK  AFTER
                1     P2   a
                2     P2   b     a

                2 tasks in 1 file; no coordinator was asked, so nothing is said of workers
                the longest chain has 2:
                  a -> b
                """);
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "tasks: [{name: a, prompt: p, priority: P3}]");
        assertThat(run("plan", "--offline", bad.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(out).contains("bad.yaml:1:40: error: priority 'P3' does not exist");
        assertThat(run("plan", folder.resolve("none.yaml").toString())).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingStarts() throws IOException {
        assertThat(run("up", "--port", "99999")).isEqualTo(ExitCode.USAGE);
        assertThat(err).isEqualTo("heng: there is no port 99999: choose one from 1 to 65535\n");
        Path data = folder.resolve("data");
        assertThat(run("up", "--data", data.toString(), folder.resolve("none.yaml").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("heng: there is no file ");
        assertThat(data).doesNotExist();
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "tasks: [{name: a, prompt: p, priority: P3}]");
        assertThat(run("up", "--data", data.toString(), bad.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err).contains("bad.yaml:1:40: error: priority 'P3'", "nothing was started");
        assertThat(data).doesNotExist();
        assertThat(run("up", "--data", data.toString(), "--no-submit", "--listen", "192.0.2.1"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("heng: this machine has no address 192.0.2.1: name one of its own");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(run("up", "--data", file.toString(), "--no-submit")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err).startsWith("heng: cannot use the data folder " + file
                + " (something of that name is in the way): ");
        assertThat(run("simulate", "--workers", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err).startsWith("heng: --workers, --tasks, --task-seconds and --limit must be above 0");
    }

    @Test
    void planAsksTheCoordinatorForChangesAndWorkers() throws IOException {
        Path file = Files.writeString(folder.resolve("p.yaml"), "tasks: [{name: b, prompt: p, priority: P2}]");
        answers.put("GET /q/health/ready", new Answer(200, "{}"));
        answers.put("POST /api/campaigns/roadmap/plan", new Answer(200, """
                {"campaign":"roadmap","added":["b"],"changed":[],"removed":["old"],"unchanged":["a"],"total":4,
                "tasks":[
                {"name":"a","priority":"P0","step":1,"able":31,"workers":["mac-1","mac-2"],"obstacle":""},
                {"name":"b","priority":"P2","step":2,"able":0,"workers":[],
                "obstacle":"mac-1 has os=linux, the task wants more"}],
                "criticalPath":["a","b"],"unplaceable":1,"warnings":[]}"""));
        assertThat(heng("plan", file.toString())).isZero();
        assertThat(out).isEqualTo("""
                + b
                - old
                STEP  PRI  TASK  WORKERS
                1     P0   a     mac-1, mac-2 and 29 more
                2     P2   b     none

                no worker could run b: mac-1 has os=linux, the task wants more
                campaign roadmap would have 4 tasks: 1 added, 0 changed, 1 removed; no worker for 1
                the longest chain has 2:
                  a -> b
                """);
    }

    @Test
    void whatShowSaysFitsEightyColumns() {
        String reason = "the verify command failed with exit status 1: " + "word ".repeat(30);
        answers.put("GET /api/campaigns/roadmap/tasks/b", new Answer(200, """
                {"name":"b","status":"FAILED","priority":"P0","category":"mtp","kind":"VERIFY","sourceFile":"b.yaml",
                "reason":"%s","dependencies":["a"],"attemptsDetail":[{"epoch":1,"worker":"w","outcome":"FAILED",
                "reason":"%s"}]}""".formatted(reason, reason)));
        assertThat(heng("show", "b")).isZero();
        assertThat(out).startsWith("b  P0 mtp verify  b.yaml\n  failed: the verify command failed with exit status 1")
                .contains("  depends on: a\n  attempt 1 on w: failed, the verify");
        assertThat(out.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    }

    @Test
    void whySaysTheReasonFirst() {
        answers.put("GET /api/campaigns/roadmap/tasks/b/why", new Answer(200, """
                {"task":"b","status":"WAITING","reason":"waits for a (FAILED)",
                "waitsFor":[{"task":"a","status":"FAILED","reason":"attempt 1 on w: no"}],
                "workers":[{"worker":"w","able":true,"word":"1 of 1 slots in use"},
                {"worker":"v","able":false,"word":"is lost"}]}"""));
        assertThat(heng("why", "b")).isZero();
        assertThat(out).isEqualTo("""
                b is waiting: waits for a (FAILED)
                  waits for a, failed: attempt 1 on w: no
                  worker w could run it: 1 of 1 slots in use
                  worker v cannot: it is lost
                """);
    }

    @Test
    void limitsTokensWebhooksAndTheAuditLog() {
        answers.put("PUT /api/limits/backend/claude", new Answer(200, "{}"));
        answers.put("DELETE /api/limits/backend/claude", new Answer(200, "{}"));
        answers.put("GET /api/limits", new Answer(200,
                "[{\"scope\":\"backend\",\"name\":\"claude\",\"most\":3,\"running\":1}]"));
        assertThat(heng("limit", "backend", "claude", "3")).isZero();
        assertThat(requests.getLast()).contains("{\"most\":3}");
        assertThat(heng("limit", "backend", "claude", "none")).isZero();
        assertThat(heng("limit", "backend")).isEqualTo(ExitCode.USAGE);
        assertThat(heng("limit")).isZero();
        assertThat(out).isEqualTo("SCOPE    NAME    MOST  RUNNING\nbackend  claude  3     1\n");
        answers.put("POST /api/tokens", new Answer(201, "{\"token\":\"heng_x\"}"));
        assertThat(heng("token", "create", "bob", "--role", "viewer", "--days", "7")).isZero();
        assertThat(out).isEqualTo("heng_x\n");
        assertThat(requests.getLast()).contains("\"role\":\"viewer\"", "\"days\":7");
        answers.put("DELETE /api/tokens/worker/mac-1", new Answer(200, "{}"));
        assertThat(heng("token", "revoke", "worker/mac-1")).isZero();
        answers.put("POST /api/enrolments", new Answer(201, "{\"token\":\"heng_once_x\"}"));
        assertThat(heng("token", "enrol", "--worker", "mac-1")).isZero();
        assertThat(out).isEqualTo("heng_once_x\n");
        answers.put("POST /api/webhooks", new Answer(201, "{\"name\":\"h\",\"secret\":\"s3\"}"));
        assertThat(heng("webhook", "add", "h", "https://x", "--event", "task.failed")).isZero();
        assertThat(requests.getLast()).contains("[\"task.failed\"]");
        answers.put("GET /api/audit?actor=bob&limit=50", new Answer(200, """
                [{"at":"2026-01-01T00:00:00.123Z","actor":"bob","action":"cancel","campaign":"c","subject":"t",
                "detail":""}]"""));
        assertThat(heng("audit", "--actor", "bob")).isZero();
        assertThat(out).contains("2026-01-01T00:00:00Z  bob  cancel  c t");
    }

    @Test
    void aWorkerWithoutBrokerOrEnrolmentIsToldBoth() {
        assertThat(run("worker", "--id", "never-enrolled-here")).isEqualTo(ExitCode.USAGE);
        assertThat(err).contains("--broker HOST:PORT", "heng token enrol");
    }

    @Test
    void everyCommandHasHelpWithinEightyColumns() {
        for (String name : Heng.commandLine().getSubcommands().keySet()) {
            assertThat(run(name, "--help")).as(name).isZero();
            assertThat(out.lines()).as(name).isNotEmpty().allSatisfy(line ->
                    assertThat(line.length()).isLessThanOrEqualTo(80));
        }
        assertThat(run("completion", "bash")).isZero();
        assertThat(out).contains("complete -F", "_picocli_heng_why").startsWith("#!");
        assertThat(run("completion", "zsh")).isZero();
        assertThat(out).startsWith("autoload -U +X compinit").contains("complete -F");
        assertThat(run("completion", "fish")).isEqualTo(ExitCode.USAGE);
    }
}
