package com.alphaheng.coordinator.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.alphaheng.coordinator.kafka.ScriptedWorker;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The whole coordinator: real HTTP, real Kafka, and a worker that speaks the real protocol.
@Tag("slow")
@QuarkusTest
@QuarkusTestResource(BrokerResource.class)
class CoordinatorHttpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ConfigProperty(name = "heng.kafka")
    String kafka;

    private static final String TASKS = """
            tasks:
              - name: first
                prompt: do the first thing
                priority: P0
                kind: verify
                verify_command: ./verify first
              - name: second
                prompt: do the second thing
                priority: P1
                kind: verify
                dependencies: [first]
                verify_command: ./verify second
            """;

    @BeforeEach
    void waitUntilTheCoordinatorIsActive() throws InterruptedException {
        Waiting.until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    @Test
    void aCampaignRunsToItsEnd() throws Exception {
        submit("story", TASKS, false).statusCode(201).body("added", contains("first", "second"));
        submit("story", TASKS, false).statusCode(200).body("unchanged", contains("first", "second"));
        task("story", "second").body("status", equalTo("WAITING")).body("reason", containsString("first"))
                .body("blockedBy", contains("first")).body("layer", equalTo(1));
        try (ScriptedWorker worker = new ScriptedWorker(kafka, "w-story")) {
            worker.hello(1);
            var first = worker.awaitAssignment(PATIENCE);
            assertThat(first.job().task().name()).isEqualTo("first");
            worker.reach(first.attempt(), "verifying");
            worker.log(first.attempt(), 1, "one\ntwo\n");
            worker.log(first.attempt(), 1, "one\ntwo\n");
            Waiting.until(() -> given().get("/api/campaigns/story/tasks/first/log").jsonPath()
                    .getList("lines").size() == 2);
            worker.finish(first.attempt(), Outcome.SUCCEEDED, "");
            var second = worker.awaitAssignment(PATIENCE);
            worker.finish(second.attempt(), Outcome.VERIFICATION_FAILED, "exit status 1: no");
            worker.finish(second.attempt(), Outcome.VERIFICATION_FAILED, "exit status 1: no");
            Waiting.until(() -> given().get("/api/campaigns/story").jsonPath().getBoolean("finished"));
            task("story", "second").body("status", equalTo("FAILED")).body("attempts", equalTo(1))
                    .body("reason", containsString("exit status 1: no"))
                    .body("attemptsDetail[0].outcome", equalTo("VERIFICATION_FAILED"));
            given().post("/api/campaigns/story/tasks/second/retry").then().statusCode(200)
                    .body("tasks", contains("second"));
            worker.finish(worker.awaitAssignment(PATIENCE).attempt(), Outcome.SUCCEEDED, "");
            Waiting.until(() -> given().get("/api/campaigns/story").jsonPath().getInt("counts.SUCCEEDED") == 2);
            given().get("/api/workers").then().statusCode(200).body("id", hasItem("w-story"));
        }
        given().get("/api/reports/story/status.md").then().statusCode(200).body(containsString("second"));
        given().get("/api/campaigns/story/tasks?status=succeeded&q=second").then().body("name", contains("second"));
        given().get("/q/openapi").then().statusCode(200).body(containsString("/api/campaigns/{campaign}/tasks"));
        given().get("/q/health").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200).body(containsString("heng_active 1"))
                .body(containsString("heng_tasks{campaign=\"story\",status=\"SUCCEEDED\"} 2"))
                .body(containsString("heng_workers{state=\"ONLINE\"}"));
    }

    @Test
    void artifactsAreTakenByTheirHashAndGivenBack() {
        String hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        given().contentType("application/octet-stream").body("damaged".getBytes(StandardCharsets.UTF_8))
                .put("/api/artifacts/" + hash).then().statusCode(422).body("detail", containsString("has the hash"));
        given().get("/api/artifacts/" + hash).then().statusCode(404);
        for (int status : List.of(201, 200)) {
            given().contentType("application/octet-stream").body("hello".getBytes(StandardCharsets.UTF_8))
                    .put("/api/artifacts/" + hash).then().statusCode(status).body("stored", equalTo(status == 201));
        }
        given().get("/api/artifacts/" + hash + "?name=a/b.txt").then().statusCode(200).body(equalTo("hello"))
                .header("Content-Type", containsString("text/plain")).header("Content-Disposition",
                        equalTo("inline; filename=\"a_b.txt\""));
        given().get("/api/artifacts/" + hash + "?name=x.html").then().header("Content-Type",
                containsString("octet-stream")).header("Content-Disposition", containsString("attachment"));
        given().get("/api/artifacts/ABC").then().statusCode(400);
        submit("kept", TASKS.replace("name: ", "name: kept-").replace("[first]", "[kept-first]"), false)
                .statusCode(201);
        given().get("/api/campaigns/kept/tasks/kept-first/artifacts").then().statusCode(200)
                .body("size()", equalTo(0));
    }

    @Test
    void aStaleWorkerIsToldToStop() {
        submit("stale", TASKS.replace("first", "stale-first").replace("second", "stale-second"), false)
                .statusCode(201);
        try (ScriptedWorker worker = new ScriptedWorker(kafka, "w-stale")) {
            worker.hello(1);
            var attempt = worker.awaitAssignment(PATIENCE).attempt();
            given().post("/api/campaigns/stale/cancel").then().statusCode(200);
            worker.await(PATIENCE, message -> message instanceof CoordinatorMessage.StopAttempt stop
                    && stop.attempt().equals(attempt));
            worker.finish(attempt, Outcome.SUCCEEDED, "");
            worker.await(PATIENCE, message -> message instanceof CoordinatorMessage.StopAttempt stop
                    && stop.attempt().equals(attempt));
            task("stale", "stale-first").body("status", equalTo("CANCELLED"));
        }
    }

    @Test
    void whatIsWrongIsSaidInFull() {
        submit("bad", "tasks:\n  - name: a\n    prompt: p\n    colour: red\n    dependencies: [b]\n", false)
                .statusCode(422).contentType("application/problem+json").body("status", equalTo(422))
                .body("problems.line", hasItem(4));
        given().get("/api/campaigns/bad").then().statusCode(404).contentType("application/problem+json")
                .body("detail", containsString("no campaign 'bad'"));
        given().get("/api/nowhere").then().statusCode(404);
        given().contentType("application/json").body("{\"files\": 3}").post("/api/campaigns/bad/submissions").then()
                .statusCode(400).contentType("application/problem+json");
        given().contentType("application/json").body("{}").post("/api/campaigns/bad/submissions").then()
                .statusCode(400).body("remedy", containsString("files"));
        given().contentType("application/json").body("{}").post("/api/campaigns/a%20b/submissions").then()
                .statusCode(400).body("detail", containsString("no name for a campaign"));
        submit("dry", TASKS, true).statusCode(200).body("added", contains("first", "second"));
        given().get("/api/campaigns/dry").then().statusCode(404);
        submit("list", TASKS.replace("name: ", "name: list-").replace("[first]", "[list-first]"), false)
                .statusCode(201);
        given().get("/api/campaigns/list/tasks?status=lost").then().statusCode(400)
                .body("remedy", containsString("SKIPPED"));
        String tag = given().get("/api/campaigns/list/tasks?limit=1").then().statusCode(200)
                .header("X-Total-Count", "2").body("name", contains("list-first")).extract().header("ETag");
        assertThat(tag).startsWith("W/");
    }

    @Test
    void changesAreSentAsTheyHappen() throws Exception {
        HttpURLConnection connection = (HttpURLConnection) URI.create(
                "http://127.0.0.1:" + RestAssured.port + "/api/events").toURL().openConnection();
        connection.setReadTimeout((int) PATIENCE.toMillis());
        List<String> received = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(connection.getInputStream(),
                StandardCharsets.UTF_8))) {
            submit("live", TASKS.replace("name: ", "name: live-").replace("[first]", "[live-first]"), false)
                    .statusCode(201);
            Instant end = Instant.now().plus(PATIENCE);
            while (received.stream().noneMatch(line -> line.contains("live-second")) && Instant.now().isBefore(end)) {
                received.add(lines.readLine());
            }
        }
        assertThat(received).contains("event:reset", "event:task").anyMatch(line -> line.startsWith("id:"))
                .anyMatch(line -> line.contains("live-second"));
    }

    private static ValidatableResponse task(String campaign, String task) {
        return given().get("/api/campaigns/" + campaign + "/tasks/" + task).then().statusCode(200);
    }

    private static ValidatableResponse submit(String campaign, String yaml, boolean dryRun) {
        return given().contentType("application/json").body(Map.of("files",
                List.of(Map.of("name", campaign + ".yaml", "content", yaml)), "dryRun", dryRun))
                .post("/api/campaigns/" + campaign + "/submissions").then();
    }
}
