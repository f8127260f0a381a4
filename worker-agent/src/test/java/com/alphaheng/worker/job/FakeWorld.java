package com.alphaheng.worker.job;

import com.alphaheng.worker.job.agent.AgentRouter;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.agent.SpendLog;
import com.alphaheng.worker.job.measure.ThermalGate;
import com.alphaheng.worker.job.measure.Thermometer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Hand-written fakes of the ports: checkouts without a disk, commands without processes, a clock that commands move.
final class FakeWorld implements Checkouts, StayingCommands, AttemptOutput {
    final List<String> ran = new ArrayList<>();
    final List<String> output = new ArrayList<>();
    final List<Request> requests = new ArrayList<>();
    /// Of each turn.
    final List<Long> seeds = new ArrayList<>();
    int openCheckouts;
    Optional<EnvironmentFailure> checkoutFails = Optional.empty();
    Duration perCommand = Duration.ofSeconds(1);
    private Instant now = Instant.parse("2026-11-23T06:30:00Z");
    private Duration slept = Duration.ZERO;
    private Function<Request, Outcome> behaviour;

    /// @param behaviour what each script does
    FakeWorld(Function<String, Outcome> behaviour) {
        this.behaviour = behaviour.compose(Request::script);
    }

    /// @param behaviour what each command does, in each of its turns if it has any
    static FakeWorld ofRequests(Function<Request, Outcome> behaviour) {
        FakeWorld world = new FakeWorld(_ -> exits(0));
        world.behaviour = behaviour;
        return world;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /// The machine sleeps: only the calendar goes on.
    void sleep(Duration time) {
        slept = slept.plus(time);
    }

    Clocks clocks() {
        return new Clocks(() -> now.plus(slept), () -> now);
    }

    /// Parts of a worker that only verifies: none of them may be reached.
    static AgentParts noAgents() {
        return new AgentParts(Map.of(), List.of(), new AgentRouter(Map.of()), new SpendLedger(SpendLog.inMemory(),
                InstantSource.system()), null, null, null);
    }

    /// Of a machine that tells nothing of its heat.
    static JobSettings settings() {
        return settings(Thermometer.NONE);
    }

    /// Looks every 10 ms of real time, and gives up after a minute of the clock.
    static JobSettings settings(Thermometer thermometer) {
        return new JobSettings("a machine", () -> Map.of("governor", "performance"), Path.of("builds"),
                Duration.ofMinutes(4), thermometer, new ThermalGate.Settings(Duration.ofMinutes(1),
                Duration.ofMillis(10)));
    }

    static Outcome exits(int status, String... lines) {
        return new Exited(status, List.of(lines), Duration.ofSeconds(1), Optional.empty(), List.of(),
                Optional.empty());
    }

    static Outcome measures(double value) {
        return new Exited(0, List.of(), Duration.ofSeconds(1),
                Optional.of("{\"metrics\":[{\"name\":\"speed\",\"value\":"
                + value + ",\"unit\":\"tok/s\"}]}"), List.of(), Optional.empty());
    }

    static Outcome measuresBoth(double value, double base) {
        return new Exited(0, List.of(), Duration.ofSeconds(1), Optional.of("""
                {"metrics": [{"name": "speed", "value": %s}, {"name": "baseline.speed", "value": %s}]}
                """.formatted(value, base)), List.of(), Optional.empty());
    }

    @Override
    public Checkout checkout(String label, Optional<String> commit) throws EnvironmentFailure {
        if (checkoutFails.isPresent()) {
            throw checkoutFails.get();
        }
        openCheckouts++;
        return new Checkout() {
            @Override
            public Path folder() {
                return Path.of("checkout");
            }

            @Override
            public String commit() {
                return commit.orElse("tip");
            }

            @Override
            public void close() {
                openCheckouts--;
            }
        };
    }

    @Override
    public Outcome run(Request request, StopSwitch stop, AttemptOutput out) {
        ran.add(request.script());
        requests.add(request);
        now = now.plus(perCommand);
        return behaviour.apply(request);
    }

    /// Each turn does what the script does; the answers' metrics are its.
    @Override
    public Staying stay(Request request, StopSwitch stop, AttemptOutput out) {
        ran.add("start " + request.script());
        requests.add(request);
        return new Staying() {
            private Outcome last = exits(0);

            @Override
            public Answer turn(long seed) {
                ran.add("turn " + request.script());
                seeds.add(seed);
                now = now.plus(perCommand);
                last = behaviour.apply(request);
                return last instanceof Exited(int status, _, _, Optional<String> metrics, _, _) && status == 0
                        && metrics.isPresent() ? new Answer.Given(metrics.get()) : new Answer.Ended();
            }

            @Override
            public Outcome end() {
                ran.add("end " + request.script());
                return last;
            }

            @Override
            public void close() {
                ran.add("close " + request.script());
            }
        };
    }

    @Override
    public void line(String source, String text) {
        output.add(source + ": " + text);
    }

    @Override
    public void close() {
        output.add("closed");
    }
}
