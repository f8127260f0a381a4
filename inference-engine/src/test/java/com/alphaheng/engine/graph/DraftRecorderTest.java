package com.alphaheng.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.format.TensorFile;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.testing.NaiveForward;
import com.alphaheng.engine.testing.RandomModel;
import com.alphaheng.engine.testing.SharedModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The MTP layer against the results of the code that trained it (the checkpoint's goldens) and, on random small
/// models, against a second writing of its definition.
class DraftRecorderTest {

    @TempDir
    private Path folder;

    static IntStream seeds() {
        return IntStream.range(200, 212);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void draftsFollowTheDefinition(int seed) throws IOException {
        RandomModel model = new RandomModel(seed, 1, true);
        model.write(folder);
        int[] ids = model.prompt(9);
        double[][] expected = new NaiveForward(model).drafts(ids, 3);
        for (String backend : List.of("reference", "cpu")) {
            try (Engine engine = open(backend, folder)) {
                for (int drafts = 1; drafts <= 3; drafts++) {
                    float[] found = lastLogits(engine, ids, drafts);
                    for (int id = 0; id < found.length; id++) {
                        assertThat((double) found[id]).as("%s, draft %d, logit %d of %s", backend, drafts, id, model)
                            .isCloseTo(expected[drafts - 1][id], Offset.offset(1e-3));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"reference, 0", "reference, 2", "cpu, 0", "cpu, 1", "cpu, 2", "cpu, 3"})
    void theCheckpointDraftsWhatItDidInTraining(String backend, int prompt) {
        Path model = SharedModel.require();
        try (Engine engine = open(backend, model);
             TensorFile goldens = new TensorFile(model.resolve("goldens.safetensors"))) {
            int[] tokens = goldens.ints("p" + prompt + ".tokens");
            int[] expected = goldens.ints("p" + prompt + ".mtp1_argmax");
            assertThat(teacherForced(engine, tokens, expected.length)).isEqualTo(expected);
            float[] logits = goldens.floats("p" + prompt + ".mtp1_logits_last");
            float[] found = lastLogits(engine, Arrays.copyOf(tokens, expected.length + 1), 1);
            for (int id = 0; id < logits.length; id++) {
                assertThat(found[id]).as("logit of id %d", id).isCloseTo(logits[id], Offset.offset(2e-3f));
            }
        }
    }

    /// Without drafts, so that the head is what the folder says.
    private static Engine open(String backend, Path model) {
        return Engine.open(model, EngineOptions.defaults().withBackend(backend).withOptimizations(
            Optimizations.standard().withCacheFormat(CacheFormat.F32)));
    }

    /// The draft behind each of `count` prefixes, from two tokens on.
    private static int[] teacherForced(Engine engine, int[] tokens, int count) {
        int[] drafts = new int[count];
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(),
            engine.options().optimizations().withDrafts(1), tokens.length + 1, 1, 1)) {
            timeline.append(Arrays.copyOf(tokens, 1), 0);
            for (int i = 0; i < count; i++) {
                timeline.verify(tokens[i + 1], false);
                drafts[i] = timeline.draft(1);
            }
        }
        return drafts;
    }

    /// The logits that the last of so many drafts behind `ids` is chosen from.
    private static float[] lastLogits(Engine engine, int[] ids, int drafts) {
        Weights weights = engine.weights();
        ModelConfig config = weights.config();
        Device device = engine.device();
        CacheLayout layout = new CacheLayout(CacheFormat.F32, config.latentRank(), config.ropeWidth(),
            ids.length + drafts);
        List<DeviceBuffer> owned = new ArrayList<>();
        List<CacheLayer> caches = new ArrayList<>();
        for (int i = 0; i <= config.layers(); i++) {
            caches.add(new CacheLayer(keep(device.allocate("cache", layout.bytes()), owned), layout));
        }
        Control main = control(device, ids, owned);
        Control own = control(device, Arrays.copyOfRange(ids, 1, ids.length), owned);
        List<Op> step = new ArrayList<>();
        float[] logits = new float[config.vocabSize()];
        try (StepBuffers.Pooled buffers = new StepBuffers.Pooled(device, ids.length, 1);
             CommandStream stream = device.newStream()) {
            DeviceBuffer hidden = new StepRecorder(weights, caches, main).forward(ids.length, buffers, step);
            DeviceBuffer states = buffers.take("states", ids.length, config.hiddenSize());
            step.add(new RmsNorm("states", Component.NORMS, hidden, config.hiddenSize(), weights.finalNorm(),
                config.normEpsilon(), ids.length, states, config.hiddenSize(), 0));
            new DraftRecorder(weights, caches.getLast(), own).draft(states, ids.length - 1, drafts, buffers, step);
            try (Program program = device.prepare("drafts", step)) {
                stream.await(stream.submit(program));
            }
            buffers.takeRows("draft logits", 1, config.vocabSize()).read(0, MemorySegment.ofArray(logits));
        }
        owned.forEach(DeviceBuffer::close);
        return logits;
    }

    private static Control control(Device device, int[] ids, List<DeviceBuffer> owned) {
        Control control = new Control(keep(device.allocate("control", Control.SLOTS * 4L), owned),
            keep(device.allocate("tokens", ids.length * 4L), owned), keep(device.allocate("ring", 16), owned), 4);
        control.tokens().write(0, MemorySegment.ofArray(ids));
        return control;
    }

    private static DeviceBuffer keep(DeviceBuffer buffer, List<DeviceBuffer> owned) {
        owned.add(buffer);
        return buffer;
    }
}
