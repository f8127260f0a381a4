package com.alphaheng.worker.job.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.worker.job.agent.AgentRouter.Choice;
import com.alphaheng.worker.job.agent.EditScript.BadEdit;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentRouterTest {
    private Instant now = Instant.parse("2026-11-23T08:00:00Z");
    private final AgentRouter router = new AgentRouter(new LinkedHashMap<>(Map.of("only",
            new BackendLimits(OptionalInt.of(2), 1))));

    @Test
    void threeFailuresInARowOpenTheCircuitAndASuccessClosesIt() {
        AgentRouter two = twoBackends();
        for (int i = 0; i < AgentRouter.FAILURES_TO_OPEN; i++) {
            assertThat(two.start(List.of("a", "b"), Set.of(), now)).isEqualTo(new Choice.Use("a"));
            two.ended("a", failed(AgentFailure.CRASH, Optional.empty()), now);
        }
        assertThat(two.start(List.of("a", "b"), Set.of(), now)).isEqualTo(new Choice.Use("b"));
        Instant rested = now.plus(AgentRouter.FIRST_REST);
        assertThat(two.start(List.of("a", "b"), Set.of(), rested)).isEqualTo(new Choice.Use("a"));
        two.ended("a", Optional.empty(), rested);
        two.start(List.of("a"), Set.of(), rested);
        two.ended("a", failed(AgentFailure.CRASH, Optional.empty()), rested);
        assertThat(two.start(List.of("a"), Set.of(), rested)).as("counted from nothing").isEqualTo(new Choice.Use("a"));
    }

    @Test
    void anAnswerThatIsNoGoodDoesNotSpeakAgainstTheBackend() {
        AgentRouter two = twoBackends();
        for (int i = 0; i < 5; i++) {
            assertThat(two.start(List.of("a"), Set.of(), now)).isEqualTo(new Choice.Use("a"));
            two.ended("a", failed(AgentFailure.NO_CHANGE, Optional.empty()), now);
        }
    }

    @Test
    void aRateLimitRestsAtOnceForAsLongAsAsked() {
        AgentRouter two = twoBackends();
        two.start(List.of("a"), Set.of(), now);
        two.ended("a", failed(AgentFailure.RATE_LIMIT, Optional.of(Duration.ofSeconds(120))), now);
        assertThat(two.start(List.of("a"), Set.of(), now.plusSeconds(119))).isInstanceOfSatisfying(Choice.Nobody.class,
                nobody -> assertThat(nobody.why()).contains("rests until").contains("after rate limit"));
        assertThat(two.start(List.of("a"), Set.of(), now.plusSeconds(120))).isEqualTo(new Choice.Use("a"));
    }

    @Test
    void ownLimitsHoldBeforeTheProvidersDo() {
        assertThat(router.start(List.of(), Set.of(), now)).isEqualTo(new Choice.Use("only"));
        assertThat(router.start(List.of(), Set.of(), now)).isEqualTo(new Choice.Nobody("only: 1 runs in flight",
                Optional.of(Duration.ofSeconds(5))));
        router.ended("only", Optional.empty(), now);
        assertThat(router.start(List.of(), Set.of(), now)).isEqualTo(new Choice.Use("only"));
        router.ended("only", Optional.empty(), now);
        now = now.plusSeconds(20);
        assertThat(router.start(List.of(), Set.of(), now)).isEqualTo(new Choice.Nobody(
                "only: at its limit of 2 runs a minute", Optional.of(Duration.ofSeconds(40))));
        now = now.plusSeconds(40);
        assertThat(router.start(List.of(), Set.of(), now)).isEqualTo(new Choice.Use("only"));
    }

    @Test
    void whoIsNotThereIsNamedAndWhoWasTriedNotAgain() {
        assertThat(router.start(List.of("only", "other"), Set.of("only"), now))
                .isEqualTo(new Choice.Nobody("other: not configured on this worker",
                        Optional.empty()));
    }

    @Test
    void aPaceGivesLateComersTheirTurnsInOrder() {
        Pace pace = new Pace(OptionalInt.of(2));
        assertThat(List.of(pace.start(now), pace.start(now.plusSeconds(10)))).containsOnly(Duration.ZERO);
        assertThat(pace.wait(now.plusSeconds(15))).isEqualTo(Duration.ofSeconds(45));
        assertThat(pace.start(now.plusSeconds(15))).isEqualTo(Duration.ofSeconds(45));
        assertThat(pace.start(now.plusSeconds(15))).as("a minute after the second").isEqualTo(Duration.ofSeconds(55));
        assertThat(pace.start(now.plusSeconds(61))).as("a minute after the third").isEqualTo(Duration.ofSeconds(59));
    }

    @Test
    void editsAreAppliedExactlyOrRefusedWithTheReason() throws Exception {
        var edits = EditScript.parse("hello\n=== a\n<<<<\nx\n====\ny\n>>>>\n=== b\n<<<<\n====\nnew\n>>>>\n");
        assertThat(edits.get(0).applyTo("1\nx\n2")).isEqualTo("1\ny\n2");
        assertThat(edits.get(1).applyTo("whatever")).isEqualTo("new\n");
        assertThatThrownBy(() -> edits.get(0).applyTo("x x")).isInstanceOf(BadEdit.class).hasMessageContaining("once");
        assertThatThrownBy(() -> EditScript.parse("<<<<\n====\n>>>>")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> EditScript.parse("=== a\n<<<<\nx")).hasMessageContaining("`====`");
    }

    private static AgentRouter twoBackends() {
        return new AgentRouter(Map.of("a", BackendLimits.NONE, "b", BackendLimits.NONE));
    }

    private static Optional<AgentRun.Failed> failed(AgentFailure failure, Optional<Duration> retryAfter) {
        return Optional.of(new AgentRun.Failed(failure, "because", retryAfter, Usage.NONE));
    }
}
