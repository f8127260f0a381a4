package com.alphaheng.coordinator.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Hostile requests, each with an answer of its own: an error is a problem document, none is the coordinator's fault,
/// and afterwards it works as before. `-Dheng.fuzz.requests` and `-Dheng.fuzz.seed` choose others.
@Tag("slow")
@QuarkusTest
@QuarkusTestResource(BrokerResource.class)
class ApiFuzzTest {
    private static final int REQUESTS = Integer.getInteger("heng.fuzz.requests", 100_000);
    private static final long SEED = Long.getLong("heng.fuzz.seed", 1);
    private static final int CONNECTIONS = 4;

    @BeforeEach
    void waitUntilTheCoordinatorIsActive() throws InterruptedException {
        Waiting.until(() -> given().get("/q/health/ready").statusCode() == 200);
    }

    @Test
    void everyHostileRequestGetsAnAnswerAndNoneBreaksAnything() throws Exception {
        Map<Integer, Integer> statuses = Collections.synchronizedMap(new TreeMap<>());
        List<String> faults = Collections.synchronizedList(new ArrayList<>());
        int port = RestAssured.port;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            long seed = SEED * CONNECTIONS + i;
            threads.add(Thread.ofPlatform().start(() -> attack(port, seed, statuses, faults)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("hostile requests by status, seed " + SEED + ": " + statuses);
        assertThat(faults).isEmpty();
        int answered = statuses.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(answered).isEqualTo(REQUESTS / CONNECTIONS * CONNECTIONS);
        given().get("/q/health").then().statusCode(200);
        given().get("/api/tokens").then().statusCode(200).body("size()", equalTo(0));
    }

    private static void attack(int port, long seed, Map<Integer, Integer> statuses, List<String> faults) {
        HostileRequests hostile = new HostileRequests(seed);
        RawHttp http = null;
        for (int i = 0; i < REQUESTS / CONNECTIONS && faults.size() < 20; i++) {
            HostileRequests.Request request = hostile.next();
            try {
                http = http == null ? new RawHttp(port) : http;
                RawHttp.Answer answer = http.send(request.bytes(), request.head());
                statuses.merge(answer.status(), 1, Integer::sum);
                boolean problem = answer.contentType().startsWith("application/problem+json")
                        && answer.body().contains("\"detail\"");
                // A request line that is no URI is refused by the HTTP server itself, which sends a status alone.
                boolean bare = request.head() || answer.status() == 400 && !request.uri();
                boolean fine = answer.status() < 400 ? request.leadsElsewhere()
                        : answer.status() < 500 && (problem || bare);
                if (!fine) {
                    faults.add(answer + " to " + shown(request));
                }
                if (answer.closes()) {
                    http.close();
                    http = null;
                }
            } catch (IOException e) {
                faults.add(e + " to " + shown(request));
                http = null;
            }
        }
    }

    private static String shown(HostileRequests.Request request) {
        String text = new String(request.bytes(), StandardCharsets.ISO_8859_1);
        return text.substring(0, Math.min(text.length(), 600));
    }
}
