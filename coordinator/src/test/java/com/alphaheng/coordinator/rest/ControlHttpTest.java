package com.alphaheng.coordinator.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;

import com.alphaheng.coordinator.kafka.ScriptedWorker;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.Topics;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What surrounds the campaigns, over real HTTP and Kafka: plans, reasons, limits, audit, webhooks, and the manners of
/// the interface.
@Tag("slow")
@QuarkusTest
@QuarkusTestResource(BrokerResource.class)
class ControlHttpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ConfigProperty(name = "heng.kafka")
    String kafka;

    @BeforeEach
    void waitUntilTheCoordinatorIsActive() throws InterruptedException {
        Waiting.until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    @Test
    void aPlanSaysOrderWorkersAndCriticalPath() {
        String yaml = """
                tasks:
                  - {name: plan-b, prompt: p, priority: P2, dependencies: [plan-a]}
                  - {name: plan-a, prompt: p, priority: P2, kind: verify, verify_command: "true"}
                  - {name: plan-c, prompt: p, priority: P0, backends: [nobody-has-this], verify_command: "true"}
                """;
        post("plan", "plan", yaml).statusCode(200).body("added", hasItems("plan-a", "plan-b", "plan-c"))
                .body("tasks.name", contains("plan-c", "plan-a", "plan-b")).body("tasks[2].step", equalTo(2))
                .body("criticalPath", contains("plan-a", "plan-b"))
                .body("tasks[0].workers.size()", equalTo(0)).body("tasks[0].obstacle", not(equalTo("")));
        given().get("/api/campaigns/plan").then().statusCode(404);
        post("plan", "plan", "tasks: [{name: x, prompt: p, priority: P9, dependencies: [y]}]").statusCode(422)
                .body("problems.rule", hasItems("bad-priority", "missing-dependency"));
    }

    @Test
    void everyTaskSaysWhyItIsNotRunning() {
        post("why", "submissions", """
                tasks:
                  - {name: why-a, priority: P2, requires: {labels: {os: amiga}}, kind: verify, verify_command: x}
                  - {name: why-b, prompt: p, priority: P2, dependencies: [why-a]}
                """).statusCode(201);
        given().get("/api/campaigns/why/tasks/why-b/why").then().statusCode(200)
                .body("reason", containsString("waits for why-a")).body("waitsFor.task", contains("why-a"));
        given().get("/api/campaigns/why/tasks/why-a/why").then().statusCode(200)
                .body("reason", containsString("worker"));
        given().get("/api/campaigns/why/tasks/why-aa/why").then().statusCode(404)
                .body("remedy", containsString("did you mean 'why-a'? ./heng list -c why"));
    }

    @Test
    void limitsHoldAndAreAudited() throws InterruptedException {
        given().contentType("application/json").body(Map.of("most", 0)).put("/api/limits/campaign/limited").then()
                .statusCode(200);
        given().get("/api/limits").then().body("name", hasItem("limited"));
        post("limited", "submissions", "tasks: [{name: lim, prompt: p, priority: P0, kind: verify, verify_command: x}]")
                .statusCode(201);
        given().get("/api/campaigns/limited/tasks/lim").then().body("reason", containsString("at its limit of 0"));
        try (ScriptedWorker worker = new ScriptedWorker(kafka, "w-limited")) {
            worker.hello(4);
            Waiting.until(() -> given().get("/api/workers?q=w-limited&state=online").jsonPath().getList("id").size()
                    == 1);
            given().header("X-Heng-User", "zoe").delete("/api/limits/campaign/limited").then().statusCode(200);
            worker.finish(worker.awaitAssignment(PATIENCE).attempt(), Outcome.SUCCEEDED, "");
            Waiting.until(() -> given().get("/api/campaigns/limited").jsonPath().getBoolean("finished"));
        }
        given().get("/api/audit?actor=zoe").then().statusCode(200).body("action", contains("limit"))
                .body("detail", contains("no limit"));
        given().get("/api/audit?campaign=limited").then().body("action", hasItem("submit"));
        given().get("/api/audit?since=yesterday").then().statusCode(400).contentType("application/problem+json");
        given().contentType("application/json").body(Map.of("most", -1)).put("/api/limits/campaign/x").then()
                .statusCode(400);
        given().contentType("application/json").body(Map.of("most", 1)).put("/api/limits/planet/x").then()
                .statusCode(404).body("remedy", containsString("campaign, backend or worker"));
    }

    private record Told(String event, String signature, String body) {
    }

    @Test
    void webhooksAreSignedAndRepeatedUntilTaken() throws Exception {
        BlockingQueue<Told> told = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int[] refused = {2};
        receiver.createContext("/", exchange -> receive(exchange, told, refused));
        receiver.start();
        try {
            String secret = given().contentType("application/json").body(Map.of("name", "hook", "campaign", "hooked",
                    "url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/in",
                    "events", List.of("campaign.submitted", "task.cancelled", "campaign.finished")))
                    .post("/api/webhooks").then().statusCode(201).extract().path("secret");
            post("hooked", "submissions", "tasks: [{name: hooked, prompt: p, priority: P2, backends: [none]}]")
                    .statusCode(201);
            given().post("/api/campaigns/hooked/tasks/hooked/cancel").then().statusCode(200);
            List<Told> all = List.of(next(told), next(told), next(told), next(told), next(told));
            assertThat(all).extracting(Told::event).containsExactly("campaign.submitted", "campaign.submitted",
                    "campaign.submitted", "task.cancelled", "campaign.finished");
            assertThat(all.get(3).body()).contains("\"sequence\":2", "\"task\":\"hooked\"", "cancelled by local");
            String[] signature = all.get(3).signature().split("[=,]");
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            assertThat(signature[3]).isEqualTo(HexFormat.of().formatHex(mac.doFinal((signature[1] + "."
                    + all.get(3).body()).getBytes(StandardCharsets.UTF_8))));
            Waiting.until(() -> given().get("/api/webhooks/hook/deliveries").jsonPath().getList("tries")
                    .equals(List.of(1, 1, 3)));
            given().contentType("application/json").body(Map.of("name", "own", "url", "http://127.0.0.1:1/",
                    "secret", "chosen by the caller", "campaign", "nothing")).post("/api/webhooks").then()
                    .statusCode(201).body("$", not(hasKey("secret")));
            assertThat(given().get("/api/webhooks").asString()).doesNotContain(secret, "chosen by the caller");
            assertThat(log()).contains("sealed:v1:").doesNotContain(secret, "chosen by the caller");
            given().delete("/api/webhooks/hook").then().statusCode(200);
            given().get("/api/webhooks/hook/deliveries").then().statusCode(404);
        } finally {
            receiver.stop(0);
        }
        given().contentType("application/json").body(Map.of("name", "h", "url", "file:///etc/passwd"))
                .post("/api/webhooks").then().statusCode(400);
    }

    /// The event log as whoever may read Kafka sees it.
    private String log() {
        StringBuilder facts = new StringBuilder();
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", kafka), new StringDeserializer(),
                new StringDeserializer())) {
            TopicPartition roadmap = new TopicPartition(Topics.ROADMAP, 0);
            consumer.assign(List.of(roadmap));
            consumer.seekToBeginning(List.of(roadmap));
            long end = consumer.endOffsets(List.of(roadmap)).get(roadmap);
            while (consumer.position(roadmap) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> facts.append(record.value()).append('\n'));
            }
        }
        return facts.toString();
    }

    private static Told next(BlockingQueue<Told> told) throws InterruptedException {
        Told next = told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a notification").isNotNull();
        return next;
    }

    private static void receive(HttpExchange exchange, BlockingQueue<Told> told, int[] refused) throws IOException {
        told.add(new Told(exchange.getRequestHeaders().getFirst("X-Heng-Event"),
                exchange.getRequestHeaders().getFirst("X-Heng-Signature"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        exchange.sendResponseHeaders(refused[0]-- > 0 ? 500 : 204, -1);
        exchange.close();
    }

    @Test
    void everyRefusalIsAProblemDocument() throws IOException {
        refused(given().get("/api/nowhere").then(), 404);
        refused(given().get("/nowhere").then(), 404);
        refused(given().contentType("application/json").body("{}").put("/api/campaigns").then(), 405);
        refused(given().contentType("text/plain").body("x").post("/api/campaigns/x/submissions").then(), 415);
        refused(given().contentType("application/json").body("{\"files\":").post("/api/campaigns/x/submissions")
                .then(), 400);
        refused(given().contentType("application/json").body("[]").post("/api/webhooks").then(), 400);
        try (RawHttp raw = new RawHttp(RestAssured.port)) {
            // The body itself is never sent: its announced length is enough.
            RawHttp.Answer answer = raw.send("POST /api/campaigns/x/submissions HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n");
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.contentType()).isEqualTo("application/problem+json");
        }
        refused(given().accept("image/png").get("/api/campaigns").then(), 406);
        refused(given().header("Origin", "https://evil.example").post("/api/campaigns/x/pause").then(), 403);
        refused(given().header("Host", "evil.example").get("/api/campaigns").then(), 403);
        refused(given().get("/api/campaigns?offset=-1").then(), 400);
        refused(given().get("/api/campaigns?offset=many").then(), 404);
    }

    private static void refused(ValidatableResponse answer, int status) {
        answer.statusCode(status).contentType("application/problem+json").body("status", equalTo(status))
                .body("detail", not(equalTo("")));
    }

    @Test
    void listsComeInPagesAndAreNotSentTwice() {
        post("pages", "submissions", """
                tasks:
                  - {name: page-1, prompt: p, priority: P2, backends: [none]}
                  - {name: page-2, prompt: p, priority: P2, backends: [none]}
                  - {name: page-3, prompt: p, priority: P2, backends: [none]}
                """).statusCode(201);
        given().get("/api/campaigns/pages/tasks?limit=2").then().header("X-Total-Count", "3")
                .header("Link", containsString("offset=2")).body("name", contains("page-1", "page-2"));
        given().get("/api/campaigns/pages/tasks?limit=2&offset=2").then().body("name", contains("page-3"));
        for (String path : List.of("/api/campaigns?q=pages", "/api/campaigns/pages", "/api/campaigns/pages/tasks",
                "/api/campaigns/pages/tasks/page-1", "/api/limits", "/api/audit?campaign=pages", "/api/webhooks",
                "/api/tokens")) {
            String tag = given().get(path).then().statusCode(200).extract().header("ETag");
            assertThat(tag).as(path).startsWith("W/");
            given().header("If-None-Match", tag).get(path).then().statusCode(304);
        }
        given().get("/api/campaigns/pages").then().body("lastSubmission.diff.added.size()", equalTo(3))
                .body("lastSubmission.actor", equalTo("local"));
    }

    @Test
    void anEditOfACampaignThatChangedMeanwhileIsRefused() {
        String one = "tasks: [{name: guarded-1, prompt: p, priority: P2, backends: [none]}]";
        String two = "tasks: [{name: guarded-2, prompt: p, priority: P2, backends: [none]}]";
        refused(given().header("If-Match", "*").contentType("application/json").body(submission(one))
                .post("/api/campaigns/guarded/submissions").then(), 412);
        post("guarded", "submissions", one).statusCode(201);
        String seen = "\"" + given().get("/api/campaigns/guarded").jsonPath().getString("definition") + "\"";
        given().header("If-Match", seen).contentType("application/json").body(submission(two))
                .post("/api/campaigns/guarded/submissions").then().statusCode(201)
                .body("removed", contains("guarded-1"));
        refused(given().header("If-Match", seen).contentType("application/json").body(submission(one))
                .post("/api/campaigns/guarded/submissions").then().body("detail", containsString("changed meanwhile")),
                412);
        for (String path : List.of("pause", "cancel", "rerun-failed", "tasks/guarded-2/cancel",
                "tasks/guarded-2/retry")) {
            refused(given().header("If-Match", seen).post("/api/campaigns/guarded/" + path).then(), 412);
        }
        given().get("/api/campaigns/guarded").then().body("paused", equalTo(false))
                .body("counts.CANCELLED", equalTo(0));
        String now = "\"" + given().get("/api/campaigns/guarded").jsonPath().getString("definition") + "\"";
        given().header("If-Match", "W/\"x\", " + seen + ", " + now).post("/api/campaigns/guarded/pause").then()
                .statusCode(200);
        refused(given().header("If-Match", "W/" + now).post("/api/campaigns/guarded/resume").then(), 412);
        refused(given().header("If-Match", "nonsense").post("/api/campaigns/guarded/resume").then(), 400);
        given().header("If-Match", "*").post("/api/campaigns/guarded/resume").then().statusCode(200);
        given().get("/api/campaigns/guarded/tasks?worker=nobody").then().body("size()", equalTo(0));
        given().get("/api/campaigns?q=guarded&paused=true").then().body("size()", equalTo(0));
        given().get("/api/workers?campaign=guarded").then().body("size()", equalTo(0));
        given().get("/api/audit?campaign=guarded&q=1 added").then().body("size()", equalTo(2));
    }

    @Test
    void theDescriptionIsComplete() {
        Map<String, Map<String, Map<String, Object>>> paths = given().accept("application/json")
                .get("/q/openapi?format=json").then().statusCode(200).extract().path("paths");
        assertThat(paths).containsKeys("/api/campaigns/{campaign}/plan", "/api/tokens", "/api/enrolments/use",
                "/api/webhooks/{webhook}/deliveries", "/api/audit", "/api/limits/{scope}/{name}", "/api/events");
        paths.forEach((path, verbs) -> {
            if (path.startsWith("/api/")) {
                verbs.forEach((verb, operation) -> described(path + " " + verb, operation));
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static void described(String operation, Map<String, Object> description) {
        Map<String, Map<String, Object>> responses = (Map<String, Map<String, Object>>) description.get("responses");
        assertThat(responses).as(operation).containsKeys("400", "401", "403", "429", "503");
        assertThat(responses.entrySet()).as(operation).anySatisfy(response -> {
            assertThat(response.getKey()).startsWith("2");
            Map<String, Map<String, Object>> content = (Map<String, Map<String, Object>>) response.getValue()
                    .get("content");
            assertThat(content).isNotEmpty().allSatisfy((type, body) -> assertThat(body).containsKey("schema"));
        });
    }

    private static ValidatableResponse post(String campaign, String what, String yaml) {
        return given().contentType("application/json").body(submission(yaml))
                .post("/api/campaigns/" + campaign + "/" + what).then();
    }

    private static Map<String, ?> submission(String yaml) {
        return Map.of("files", List.of(Map.of("name", "tasks.yaml", "content", yaml)));
    }
}
