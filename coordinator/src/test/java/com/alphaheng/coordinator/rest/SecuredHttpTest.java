package com.alphaheng.coordinator.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import com.alphaheng.coordinator.kafka.ScriptedWorker;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.Topics;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A coordinator that asks who it is, over HTTPS: tokens and their roles, OpenID Connect, enrolment; and the log-in
/// by redirect, with the test in the browser's place.
@Tag("slow")
@QuarkusTest
@QuarkusTestResource(value = SecureBrokerResource.class, restrictToAnnotatedClass = true)
@TestProfile(SecuredHttpTest.Secured.class)
class SecuredHttpTest {
    private static final Pattern TOKEN = Pattern.compile("data-token=\"([A-Za-z0-9._-]+)\"");

    /// A start of its own, since tokens change how all requests are treated.
    public static final class Secured implements QuarkusTestProfile {
        @Override
        public String getConfigProfile() {
            return "secured";
        }
    }

    @BeforeEach
    void waitUntilTheCoordinatorIsActive() throws InterruptedException {
        RestAssured.useRelaxedHTTPSValidation();
        RestAssured.baseURI = "https://localhost";
        RestAssured.port = ConfigProvider.getConfig().getValue("quarkus.http.test-ssl-port", Integer.class);
        Waiting.until(() -> given().get("/q/health/ready").statusCode() == 200);
        SecureBrokerResource.login().forgeNonce("");
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).contentType("application/json");
    }

    private static String create(String name, String role) {
        return as(SecureBrokerResource.ADMIN).body(Map.of("name", name, "role", role)).post("/api/tokens").then()
                .statusCode(201).extract().path("token");
    }

    @Test
    void withoutATokenNothingIsTold() {
        for (String path : List.of("/api/campaigns", "/api/workers", "/api/events", "/api/audit", "/api/tokens",
                "/q/metrics")) {
            given().get(path).then().statusCode(401).contentType("application/problem+json")
                    .header("WWW-Authenticate", containsString("Bearer")).body("remedy", containsString("HENG_TOKEN"));
        }
        as("heng_guessed").get("/api/campaigns").then().statusCode(401).body("detail", containsString("unknown"));
        given().get("/").then().statusCode(200);
    }

    @Test
    void everyRoleMayDoWhatItIsFor() {
        String viewer = create("v", "viewer");
        String submitter = create("s", "submitter");
        String worker = create("w", "worker");
        String admin = create("a", "admin");
        Map<String, ?> submission = Map.of("files", List.of(Map.of("name", "r.yaml", "content",
                "tasks: [{name: role-task, prompt: p, priority: P2}]")));
        as(worker).get("/api/campaigns").then().statusCode(403);
        as(viewer).get("/api/campaigns").then().statusCode(200);
        as(viewer).body(submission).post("/api/campaigns/roles/plan").then().statusCode(200);
        as(viewer).body(submission).post("/api/campaigns/roles/submissions").then().statusCode(403)
                .body("detail", containsString("'v' is viewer, this needs submitter"));
        as(submitter).body(submission).post("/api/campaigns/roles/submissions").then().statusCode(201);
        as(submitter).post("/api/campaigns/roles/tasks/role-task/cancel").then().statusCode(200);
        as(submitter).get("/api/audit").then().statusCode(403);
        as(submitter).get("/api/tokens").then().statusCode(403);
        as(admin).get("/api/audit?campaign=roles").then().statusCode(200).body("actor", hasItem("s"));
        as(admin).header("X-Heng-User", "somebody-else").post("/api/campaigns/roles/pause").then().statusCode(200);
        as(admin).get("/api/audit?campaign=roles&action=pause").then().body("[0].actor", equalTo("a"));
        as(admin).delete("/api/tokens/v").then().statusCode(200);
        as(viewer).get("/api/campaigns").then().statusCode(401);
        as(admin).get("/api/tokens").then().body("name", hasItem("s")).body("name", not(hasItem("v")))
                .body("toString()", not(containsString("heng_")));
    }

    @Test
    void aWorkerTradesItsOneTimeTokenForCredentials() {
        String once = as(SecureBrokerResource.ADMIN).body(Map.of("worker", "mac-1")).post("/api/enrolments").then()
                .statusCode(201).extract().path("token");
        Map<String, ?> use = Map.of("token", once, "worker", "mac-1");
        given().contentType("application/json").body(Map.of("token", once, "worker", "mac-2"))
                .post("/api/enrolments/use").then().statusCode(403);
        String own = given().contentType("application/json").body(use).post("/api/enrolments/use").then()
                .statusCode(200).body("kafka", equalTo("kafka.example:9093"))
                .body("kafkaClient.'sasl.mechanism'", equalTo("SCRAM-SHA-512")).extract().path("token");
        given().contentType("application/json").body(use).post("/api/enrolments/use").then().statusCode(403)
                .body("detail", containsString("unknown, used or expired"));
        as(own).get("/api/campaigns").then().statusCode(403).body("detail", containsString("'worker/mac-1' is worker"));
        as(SecureBrokerResource.ADMIN).get("/api/tokens").then().body("name", hasItem("worker/mac-1"));
    }

    @Test
    void tokensOfTheProviderAreTakenAndForgedOnesAreNot() throws JoseException {
        as(jwt(claims(), "k1")).get("/api/campaigns").then().statusCode(200);
        as(jwt(claims(), "k1")).post("/api/campaigns/none/pause").then().statusCode(404);
        as(jwt(claims(), "k1")).get("/api/audit").then().statusCode(403).body("detail",
                containsString("'ann' is submitter"));
        JwtClaims late = claims();
        late.setExpirationTimeMinutesInTheFuture(-10);
        as(jwt(late, "k1")).get("/api/campaigns").then().statusCode(401);
        JwtClaims stranger = claims();
        stranger.setIssuer("https://evil.example");
        as(jwt(stranger, "k1")).get("/api/campaigns").then().statusCode(401);
        JwtClaims forOthers = claims();
        forOthers.setAudience("another-program");
        as(jwt(forOthers, "k1")).get("/api/campaigns").then().statusCode(401);
        JwtClaims without = claims();
        without.setClaim("realm_access", Map.of("roles", List.of("heng-emperor")));
        as(jwt(without, "k1")).get("/api/campaigns").then().statusCode(403).body("remedy",
                containsString("heng-viewer"));
        JsonWebSignature forged = new JsonWebSignature();
        forged.setPayload(claims().toJson());
        forged.setKey(RsaJwkGenerator.generateJwk(2048).getPrivateKey());
        forged.setKeyIdHeaderValue("k1");
        forged.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        as(forged.getCompactSerialization()).get("/api/campaigns").then().statusCode(401);
        as("eyJhbGciOiJub25lIn0." + Base64.getUrlEncoder().withoutPadding().encodeToString(
                claims().toJson().getBytes(StandardCharsets.UTF_8)) + ".").get("/api/campaigns").then()
                .statusCode(401);
    }

    private static JwtClaims claims() {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(SecureBrokerResource.issuer());
        claims.setAudience("alphaheng");
        claims.setSubject("4711");
        claims.setClaim("preferred_username", "ann");
        claims.setClaim("realm_access", Map.of("roles", List.of("other", "heng-viewer", "heng-submitter")));
        claims.setExpirationTimeMinutesInTheFuture(5);
        return claims;
    }

    private static String jwt(JwtClaims claims, String keyId) throws JoseException {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(SecureBrokerResource.key().getPrivateKey());
        signature.setKeyIdHeaderValue(keyId);
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        return signature.getCompactSerialization();
    }

    @Test
    void aWorkerWithItsOwnRightsRunsATaskAndCannotForgeTheLog() throws Exception {
        SecureKafka kafka = SecureBrokerResource.kafka();
        as(SecureBrokerResource.ADMIN).body(Map.of("files", List.of(Map.of("name", "k.yaml", "content",
                "tasks: [{name: over-tls, prompt: p, priority: P0, kind: verify, verify_command: x}]"))))
                .post("/api/campaigns/kafka/submissions").then().statusCode(201);
        try (ScriptedWorker worker = new ScriptedWorker(kafka.bootstrapServers(), "mac-7", kafka.client("worker"))) {
            worker.hello(1);
            AttemptId attempt = worker.awaitAssignment(Duration.ofSeconds(60)).attempt();
            worker.log(attempt, 1, "one\ntwo\n");
            Waiting.until(() -> as(SecureBrokerResource.ADMIN).get("/api/campaigns/kafka/tasks/over-tls/log")
                    .jsonPath().getList("lines").size() == 2);
            worker.finish(attempt, Outcome.SUCCEEDED, "");
            Waiting.until(() -> as(SecureBrokerResource.ADMIN).get("/api/campaigns/kafka").jsonPath()
                    .getBoolean("finished"));
        }
        Map<String, Object> settings = new HashMap<>(kafka.client("worker"));
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(Topics.ROADMAP, "k", "forged")).get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(Topics.ASSIGNMENTS, "k", "forged")).get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    private static JsonPath enrol(String worker) {
        String once = as(SecureBrokerResource.ADMIN).body(Map.of("worker", worker)).post("/api/enrolments").then()
                .statusCode(201).extract().path("token");
        return given().contentType("application/json").body(Map.of("token", once, "worker", worker))
                .post("/api/enrolments/use").then().statusCode(200).extract().jsonPath();
    }

    @Test
    void aWorkerCannotSpeakForAnotherOne() throws Exception {
        SecureKafka kafka = SecureBrokerResource.kafka();
        JsonPath honest = enrol("mac-8");
        JsonPath other = enrol("mac-9");
        assertThat(kafka.rightsOf("worker-mac-8")).isEqualTo(kafka.rightsOf("worker")).isNotEmpty();
        as(SecureBrokerResource.ADMIN).body(Map.of("files", List.of(Map.of("name", "f.yaml", "content",
                "tasks: [{name: wanted, prompt: p, priority: P0, kind: verify, verify_command: x}]"))))
                .post("/api/campaigns/forged/submissions").then().statusCode(201);
        Map<String, String> asOther = kafka.client(other.getMap("kafkaClient"));
        try (ScriptedWorker mine = new ScriptedWorker(kafka.bootstrapServers(), "mac-8",
                kafka.client(honest.getMap("kafkaClient")));
                ScriptedWorker forger = new ScriptedWorker(kafka.bootstrapServers(), "mac-8", asOther)) {
            mine.prove(honest.getString("token"));
            mine.hello(1);
            AttemptId attempt = mine.awaitAssignment(Duration.ofSeconds(60)).attempt();
            // Under another worker's user and token, or none: whatever it says in this one's name must not count.
            forger.speakFor(mine);
            forger.finish(attempt, Outcome.VERIFICATION_FAILED, "forged without a token");
            forger.prove(other.getString("token"));
            forger.finish(attempt, Outcome.VERIFICATION_FAILED, "forged with another token");
            mine.finish(attempt, Outcome.SUCCEEDED, "");
            Waiting.until(() -> as(SecureBrokerResource.ADMIN).get("/api/campaigns/forged").jsonPath()
                    .getBoolean("finished"));
        }
        as(SecureBrokerResource.ADMIN).get("/api/campaigns/forged/tasks/wanted").then().body("status",
                equalTo("SUCCEEDED")).body("attemptsDetail.reason", not(hasItem(containsString("forged"))));
        as(SecureBrokerResource.ADMIN).delete("/api/tokens/worker/mac-9").then().statusCode(200);
        assertThat(kafka.rightsOf("worker-mac-9")).isEmpty();
        Waiting.until(() -> refused(kafka, asOther));
    }

    /// Whether Kafka no longer lets this user in.
    private static boolean refused(SecureKafka kafka, Map<String, String> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            admin.describeCluster().nodes().get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof SaslAuthenticationException;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void thePortSpeaksNothingButHttps() {
        assertThat(ConfigProvider.getConfig().getValue("quarkus.http.insecure-requests", String.class))
                .isEqualTo("disabled");
    }

    /// @param address to which the provider sends the browser back
    private record Begun(String address, String cookie) {
    }

    /// Asks to log in, and follows to the provider, which sends the browser back to the address that is returned.
    private static Begun beginLogin() {
        Response begun = given().redirects().follow(false).get("/api/login");
        assertThat(begun.statusCode()).isEqualTo(303);
        assertThat(begun.getDetailedCookie(LoginResource.COOKIE).isHttpOnly()).isTrue();
        assertThat(begun.getDetailedCookie(LoginResource.COOKIE).isSecured()).isTrue();
        String there = begun.header("Location");
        assertThat(there).startsWith(SecureBrokerResource.issuer() + "/authorize?")
                .doesNotContain(begun.cookie(LoginResource.COOKIE));
        return new Begun(given().redirects().follow(false).urlEncodingEnabled(false).get(there).header("Location"),
                begun.cookie(LoginResource.COOKIE));
    }

    private static ValidatableResponse finishLogin(String address, String cookie) {
        return given().urlEncodingEnabled(false).cookie(LoginResource.COOKIE, cookie).get(address).then();
    }

    @Test
    void whoeverTheProviderKnowsGetsATokenForThePage() {
        given().get("/api/login/options").then().statusCode(200).body("redirect", equalTo(true));
        Begun begun = beginLogin();
        Response page = finishLogin(begun.address(), begun.cookie()).statusCode(200).contentType("text/html").extract()
                .response();
        assertThat(page.cookie(LoginResource.COOKIE)).isEmpty();
        assertThat(page.header("Cache-Control")).contains("no-store");
        Matcher token = TOKEN.matcher(page.asString());
        assertThat(token.find()).isTrue();
        given().header("Authorization", "Bearer " + token.group(1)).get("/api/campaigns").then().statusCode(200);
        given().header("Authorization", "Bearer " + token.group(1)).get("/api/audit").then().statusCode(403)
                .body("detail", containsString("'ann' is viewer"));
        given().get("/js/signed-in.js").then().statusCode(200);
        finishLogin(begun.address(), begun.cookie()).statusCode(503).body("detail", containsString("answered 400"));
    }

    @Test
    void answersThatBelongToNoLoginOfThisBrowserAreRefused() {
        Begun mine = beginLogin();
        Begun others = beginLogin();
        finishLogin(mine.address(), others.cookie()).statusCode(403).contentType("application/problem+json");
        given().urlEncodingEnabled(false).get(mine.address()).then().statusCode(403);
        Map<String, String> query = ScriptedLogin.fields(mine.address().replaceFirst(".*\\?", ""));
        finishLogin("/api/login/callback?error=access_denied&state=" + query.get("state"), mine.cookie())
                .statusCode(403)
                .body("detail", containsString("access_denied"));
        Map<String, String> other = ScriptedLogin.fields(others.address().replaceFirst(".*\\?", ""));
        finishLogin("/api/login/callback?code=" + other.get("code") + "&state=" + query.get("state"), mine.cookie())
                .statusCode(503); // The provider refuses the code: it was made for another verifier.
    }

    @Test
    void aTokenOfAnotherLoginIsRefused() {
        Begun begun = beginLogin();
        SecureBrokerResource.login().forgeNonce("of another login");
        finishLogin(begun.address(), begun.cookie()).statusCode(401).body("detail", containsString("another log-in"));
    }
}
