package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How fast the core decides, apart from Kafka and HTTP. Not a test: prints seconds
/// of processor time, see docs/coordinator-benchmarks.md.
///
///     java -cp ... com.alphaheng.coordinator.roadmap.RoadmapBenchmark 10000 1000
final class RoadmapBenchmark {
    private final RoadmapDecider decider = new RoadmapDecider(RoadmapPolicy.DEFAULT);
    private final RoadmapState state = new RoadmapState();
    private final List<byte[]> log = new ArrayList<>();
    private final Deque<CoordinatorMessage.Assignment> assigned = new ArrayDeque<>();
    private final Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long commands;

    public static void main(String[] arguments) {
        int tasks = Integer.parseInt(arguments[0]);
        int workers = Integer.parseInt(arguments[1]);
        new RoadmapBenchmark().run(tasks, workers);
        long before = usedBytes();
        RoadmapBenchmark measured = new RoadmapBenchmark();
        measured.run(tasks, workers);
        System.out.printf(Locale.ROOT, "memory of the roadmap: %.1f MB%n",
                (usedBytes() - before - measured.logBytes()) / 1e6);
        long start = clock();
        RoadmapState replayed = new RoadmapState();
        measured.log.forEach(record -> replayed.replay(EventCodec.decode(record)));
        System.out.printf(Locale.ROOT, "replay of %d facts: %.2f s%n", measured.log.size(), since(start));
    }

    private void run(int tasks, int workers) {
        List<TaskSpec> specs = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            String after = i < 100 ? "" : "t" + (i - 100) + (i % 3 == 0 ? ",t" + (i - 57) : "");
            specs.add(Scenario.spec(new String[] {"task", "t" + i, "after=" + after, "priority=P" + i % 3}));
        }
        long start = clock();
        decide(new RoadmapCommand.Submit(Scenario.CAMPAIGN, "s", List.of("f.yaml"), Optional.empty(), specs, "bench",
                false));
        System.out.printf(Locale.ROOT, "submit %d tasks: %.3f s%n", tasks, since(start));
        WorkerProfile profile = new WorkerProfile(Map.of("os", "linux"), EnumSet.allOf(TaskKind.class), List.of(), 1,
                2, 0, 1L << 34, "bench");
        for (int i = 0; i < workers; i++) {
            decide(new RoadmapCommand.HearWorker(new WorkerMessage.Hello("w" + i, "i", 1, profile, List.of())));
        }
        start = clock();
        commands = 0;
        long sequence = 1;
        while (!state.campaign(Scenario.CAMPAIGN).orElseThrow().finished()) {
            while (!decide(new RoadmapCommand.AssignReadyTasks()).events().isEmpty()) {
                commands++;
            }
            sequence++;
            while (!assigned.isEmpty()) {
                CoordinatorMessage.Assignment next = assigned.poll();
                finish(next.workerId(), next.attempt(), sequence);
            }
        }
        System.out.printf(Locale.ROOT, "%d tasks on %d workers: %.3f s, %.0f decisions/s, %.0f tasks/s%n", tasks,
                workers, since(start), commands / since(start), tasks / since(start));
    }

    private void finish(String worker, AttemptId attempt, long sequence) {
        decide(new RoadmapCommand.HearWorker(new WorkerMessage.AttemptProgress(worker, "i", sequence, attempt,
                "verifying", now)));
        decide(new RoadmapCommand.HearWorker(new WorkerMessage.AttemptFinished(worker, "i", sequence, attempt,
                new AttemptResult(AttemptResult.Outcome.SUCCEEDED, "", Optional.of(0), now, now, List.of(), "abc",
                        "bench"))));
    }

    private Decision decide(RoadmapCommand command) {
        commands++;
        Decision decision = decider.decide(state, command, now);
        for (RoadmapEvent event : decision.events()) {
            state.replay(event);
            if (event instanceof RoadmapEvent.Durable durable) {
                log.add(EventCodec.encode(durable));
            }
        }
        decision.messages().forEach(message -> {
            if (message instanceof CoordinatorMessage.Assignment assignment) {
                assigned.add(assignment);
            }
        });
        return decision;
    }

    private long logBytes() {
        return log.stream().mapToLong(record -> record.length + 40L).sum();
    }

    private static double since(long start) {
        return (clock() - start) / 1e9;
    }

    /// Processor time of this thread, which is what the core costs, whatever else the machine is doing.
    private static long clock() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
