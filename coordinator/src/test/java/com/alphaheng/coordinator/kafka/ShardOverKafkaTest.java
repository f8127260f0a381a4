package com.alphaheng.coordinator.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.broker.fixture.BrokerFixture;
import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.RoadmapPolicy;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.coordinator.runtime.Admission;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.Shard;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Shards over real Kafka: what survives a restart, and that only one of them ever writes.
@Tag("slow")
class ShardOverKafkaTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static BrokerFixture broker;
    private static KafkaConnection connection;

    @BeforeAll
    static void startBroker() {
        broker = BrokerFixture.start();
        connection = new KafkaConnection(broker.bootstrapServers(), Map.of());
        KafkaTopics.ensure(connection);
        KafkaTopics.ensure(connection);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void aRestartKeepsEverythingAndTheRunningAttemptGoesOn() throws Exception {
        try (ScriptedWorker worker = new ScriptedWorker(broker.bootstrapServers(), "w-restart")) {
            Shard first = leading("first");
            submit(first, "restart", "a", "b");
            worker.hello(1);
            var a = worker.awaitAssignment(PATIENCE);
            worker.reach(a.attempt(), "verifying");
            eventually(() -> status(first, "restart", "a").equals("RUNNING verifying"));
            first.close();

            worker.finish(a.attempt(), Outcome.SUCCEEDED, "");
            try (Shard second = leading("second")) {
                eventually(() -> status(second, "restart", "a").equals("SUCCEEDED"));
                var b = worker.awaitAssignment(PATIENCE);
                assertThat(b.attempt().task()).isEqualTo("b");
                worker.finish(b.attempt(), Outcome.SUCCEEDED, "");
                eventually(() -> status(second, "restart", "b").equals("SUCCEEDED"));
                assertThat(attempts(second, "restart")).isEqualTo(2);
            }
        }
    }

    @Test
    void theLastToOpenTheLogIsItsOnlyWriter() throws Exception {
        try (Shard older = leading("older")) {
            submit(older, "fence", "one");
            try (Shard newer = leading("newer")) {
                submit(newer, "fence", "one", "two");
                assertThatThrownBy(() -> submit(older, "fence", "one", "two", "three"))
                        .hasCauseInstanceOf(LogException.Fenced.class).hasMessageContaining("taken over");
                eventually(() -> !older.active());
                assertThatThrownBy(() -> submit(older, "fence", "one"))
                        .hasCauseInstanceOf(LogException.StandingBy.class);
                assertThat(newer.query(state -> state.campaign("fence").orElseThrow().tasks().size())
                        .get(30, TimeUnit.SECONDS)).isEqualTo(2);
            }
        }
    }

    @Test
    void oneCoordinatorLeadsAndAnotherTakesOver() throws Exception {
        List<Boolean> firstTold = new CopyOnWriteArrayList<>();
        List<Boolean> secondTold = new CopyOnWriteArrayList<>();
        try (KafkaLeadership first = new KafkaLeadership(connection);
                KafkaLeadership second = new KafkaLeadership(connection)) {
            first.start(firstTold::add);
            eventually(() -> firstTold.equals(List.of(true)));
            second.start(secondTold::add);
            eventually(() -> secondTold.equals(List.of(false)));
            for (int i = 0; i < 3; i++) {
                try (KafkaLeadership passing = new KafkaLeadership(connection)) {
                    List<Boolean> passingTold = new CopyOnWriteArrayList<>();
                    passing.start(passingTold::add);
                    eventually(() -> passingTold.equals(List.of(false)));
                }
            }
            assertThat(firstTold).as("whoever leads goes on leading when others come and go").containsExactly(true);
            first.close();
            eventually(() -> secondTold.equals(List.of(false, true)));
        }
    }

    private static Shard leading(String name) throws InterruptedException {
        Shard shard = new Shard(new KafkaEventLog(connection), new KafkaReports(connection),
                new Admission(false), RoadmapPolicy.DEFAULT, Clock.systemUTC(), name, List.of(), cause -> {
                    throw new AssertionError(cause);
                });
        shard.start();
        shard.lead();
        eventually(shard::active);
        return shard;
    }

    private static void submit(Shard shard, String campaign, String... names) throws Exception {
        CompletableFuture<Reply> reply = shard.ask(new RoadmapCommand.Submit(campaign, String.join("+", names),
                List.of(campaign + ".yaml"), Optional.empty(), List.of(names).stream().map(name ->
                new TaskSpec(name, "do", Priority.P1, List.of(), Optional.of("./verify"), TaskKind.VERIFY,
                        Category.OTHER, new Requirements(Map.of("os",
                        campaign.equals("restart") ? "linux" : "none"), 0, 0), List.of(),
                        Duration.ofMinutes(5), RetryPolicy.DEFAULT, List.of(), Budget.NONE, Optional.empty(), List.of(),
                        new SourceLocation(campaign + ".yaml", 1, 1))).toList(), "test", false));
        assertThat(reply.get(30, TimeUnit.SECONDS)).isInstanceOf(Reply.Submitted.class);
    }

    private static String status(Shard shard, String campaign, String name) {
        return shard.query((RoadmapState state) -> {
            Task task = state.find(campaign, name).orElseThrow();
            return task.status() + (task.status() == TaskStatus.RUNNING
                    ? " " + task.runningAttempt().orElseThrow().stage() : "");
        }).join();
    }

    private static int attempts(Shard shard, String campaign) {
        return shard.query(state -> state.campaign(campaign).orElseThrow().tasks().stream()
                .mapToInt(task -> task.attempts().size()).sum()).join();
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("gave up waiting").isBefore(end);
            Thread.sleep(50);
        }
    }
}
