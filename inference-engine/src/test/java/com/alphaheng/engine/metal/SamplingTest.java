package com.alphaheng.engine.metal;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.SampleState;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.sampling.Sampler;
import com.alphaheng.engine.sampling.Sampling;
import com.alphaheng.engine.testing.ShippedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/// Ids chosen on the GPU: the same as the host's [Sampler] chooses with the same seed, and without host waits.
@SoftMetalTest
class SamplingTest {
    private static final Map<Integer, Float> BIAS = Map.of(3, 2f, 500, -4f);
    private static final List<Sampling> RULES = List.of(
            new Sampling(1, 0, 1, 0, 1, 0, 0, Map.of(), 1), new Sampling(0.8f, 40, 1, 0, 1, 0, 0, Map.of(), 2),
            new Sampling(0.8f, 0, 0.95f, 0, 1, 0, 0, Map.of(), 3),
            new Sampling(1.3f, 20, 0.7f, 0.05f, 1, 0, 0, BIAS, 4),
            new Sampling(1, 0, 0.9f, 0.02f, 1.2f, 0.5f, 0.25f, BIAS, 5),
            new Sampling(0, 0, 1, 0, 1.3f, 0.5f, 0.5f, BIAS, 6),
            // So flat that what is rare counts too, and more wanted than there is.
            new Sampling(0.2f, 5000, 1, 0, 1, 0, 0, Map.of(), -7),
            new Sampling(9, 0, 0.999999f, 0, 1, 0, 0, Map.of(), 8));

    @AfterAll
    static void checkAgain() {
        SoftMetal.set("checks", 1);
    }

    @Test
    void agreesWithTheHostsSamplerAndTheDefinition() {
        try (Device metal = new MetalBackend().open(null, DeviceOptions.defaults())) {
            for (int vocabulary : new int[] {1, 777, 2100}) {
                for (Sampling rule : RULES) {
                    Sampling fitting = vocabulary > 500 ? rule : withoutBias(rule);
                    try (KernelBench bench = new KernelBench(metal, rule.seed() + vocabulary)) {
                        compare(bench, fitting, vocabulary);
                    }
                }
            }
        }
    }

    /// As many ids as the true model has: few are left to sort, in threadgroup memory; with so high a temperature many.
    @Test
    void agreesOverTheTrueVocabulary() {
        SoftMetal.set("checks", 0);
        try (Device metal = new MetalBackend().open(null, DeviceOptions.defaults())) {
            for (Sampling rule : List.of(RULES.get(1), RULES.get(2), RULES.get(4),
                    new Sampling(1.6f, 0, 0.05f, 0, 1, 0, 0, Map.of(), 9))) {
                try (KernelBench bench = new KernelBench(metal, rule.seed())) {
                    compare(bench, rule, 154_880);
                }
            }
        }
    }

    private static Sampling withoutBias(Sampling rule) {
        return new Sampling(rule.temperature(), rule.topK(), rule.topP(), rule.minP(), rule.repetitionPenalty(),
                rule.presencePenalty(), rule.frequencyPenalty(), Map.of(), rule.seed());
    }

    private static void compare(KernelBench bench, Sampling rule, int vocabulary) {
        DeviceBuffer logits = bench.floats(vocabulary);
        float[] values = HostBuffer.floats(logits, 0, vocabulary);
        SampleState state = new SampleState(bench.ints(new int[SampleState.SLOTS]), bench.ints(new int[vocabulary]),
                bench.values(new float[vocabulary]));
        Control control = bench.control(5);
        SampleNext next = new SampleNext("sample", logits, vocabulary, 1, control, state);
        Sampler host = new Sampler(rule, vocabulary);
        int[] prompt = {0, vocabulary / 2};
        state.configure(new float[] {rule.temperature(), rule.topP(), rule.minP(), rule.repetitionPenalty(),
            rule.presencePenalty(), rule.frequencyPenalty()}, rule.topK(), rule.seed(), rule.biases(vocabulary));
        state.restart(prompt, 0);
        host.restart(prompt);
        for (int i = 0; i < 3; i++) {
            System.arraycopy(values, 0, host.logits(), 0, vocabulary);
            int expected = host.choose();
            bench.remember(state.settings());
            bench.remember(state.history());
            bench.remember(state.bias());
            bench.runReference(next);
            assertThat(control.tokens().readInt(0)).as("reference, choice %d, %s", i, rule).isEqualTo(expected);
            int[] history = HostBuffer.ints(state.history(), vocabulary);
            bench.runMetal(next);
            assertThat(control.tokens().readInt(0)).as("GPU, choice %d, %s", i, rule).isEqualTo(expected);
            assertThat(HostBuffer.ints(state.history(), vocabulary)).isEqualTo(history);
            assertThat(control.ring().readInt(0)).isEqualTo(expected);
            assertThat(control.buffer().readInt(Control.POSITION * 4L)).isEqualTo(6);
            assertThat(state.settings().readInt(SampleState.DRAWS * 4L)).isEqualTo(rule.temperature() > 0 ? i + 1 : 0);
        }
    }

    @Test
    @Tag("slow")
    void aSessionSamplesWithoutWaitingAndWritesTheHostsText() {
        SoftMetal.set("checks", 0);
        Sampling sampling = new Sampling(0.8f, 50, 0.95f, 0, 1.1f, 0.1f, 0.1f, Map.of(), 20);
        int[] prompt = {5, 6, 7, 8};
        List<Integer> found = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend("metal"));
                Session session = engine.newSession(SessionOptions.greedy().withContext(128).withSampling(sampling));
                Session logits = engine.newSession(SessionOptions.greedy().withContext(128))) {
            Sampler host = new Sampler(sampling, engine.config().vocabSize());
            // The second text goes on with the seed's numbers where the first ended, whatever was queued ahead.
            for (int text = 0; text < 2; text++) {
                session.sync(prompt);
                host.restart(prompt);
                int[] ids = prompt;
                for (int i = 0; i < 12; i++) {
                    found.add(session.next());
                    logits.sync(ids);
                    System.arraycopy(logits.logits(), 0, host.logits(), 0, host.logits().length);
                    expected.add(host.choose());
                    ids = Arrays.copyOf(ids, ids.length + 1);
                    ids[ids.length - 1] = expected.getLast();
                }
            }
            assertThat(found).isEqualTo(expected);
            session.sync(prompt);
            session.next();
            DeviceCounters before = engine.device().counters();
            for (int i = 0; i < 24; i++) {
                session.next();
            }
            assertThat(engine.device().counters().minus(before).hostWaits()).isZero();
        }
    }
}
