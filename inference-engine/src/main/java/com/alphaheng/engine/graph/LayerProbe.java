package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Runs one layer at a time over whole sequences with plain operations, and lets a watcher see each operation with
/// its inputs still in place: how calibration looks inside. For CPU devices.
public final class LayerProbe implements AutoCloseable {

    private final Device device;
    private final Weights weights;
    private final int length;
    private final CommandStream stream;
    private final Control control;
    private final CacheLayer cache;
    private final DeviceBuffer hidden;

    /// @param length tokens of a sequence
    public LayerProbe(Device device, Weights weights, int length) {
        this.device = device;
        this.weights = weights;
        this.length = length;
        ModelConfig config = weights.config();
        this.stream = device.newStream();
        this.control = new Control(device.allocate("control", Control.SLOTS * 4L),
            device.allocate("tokens", length * 4L), device.allocate("ring", 4), 1);
        CacheLayout layout = new CacheLayout(CacheFormat.F32, config.latentRank(), config.ropeWidth(), length);
        this.cache = new CacheLayer(device.allocate("cache", layout.bytes()), layout);
        this.hidden = device.allocate("hidden", (long) length * config.hiddenSize() * 4);
    }

    /// The embeddings [length, h] of `ids`.
    public float[] embed(int[] ids) {
        control.tokens().write(0, MemorySegment.ofArray(ids));
        run(List.of(new Embed("embed", control.tokens(), weights.embedding(), length, hidden)), null);
        return read();
    }

    /// Puts a sequence's residual stream [length, h] through a layer.
    ///
    /// @param watcher is told of each operation right after it ran
    /// @return the residual stream after the layer
    public float[] run(LayerWeights layer, float[] residual, OpTimer watcher) {
        hidden.write(0, MemorySegment.ofArray(residual));
        try (StepBuffers buffers = new StepBuffers.Fresh(device)) {
            List<Op> step = new ArrayList<>();
            new PlainStepRecorder(weights, List.of(), control).layer(layer, cache, hidden, length, buffers, step);
            run(step, watcher);
        }
        return read();
    }

    private void run(List<Op> step, OpTimer watcher) {
        stream.profile(watcher);
        try (Program program = device.prepare("probe", step)) {
            stream.await(stream.submit(program));
        }
    }

    private float[] read() {
        float[] values = new float[length * weights.config().hiddenSize()];
        hidden.read(0, MemorySegment.ofArray(values));
        return values;
    }

    @Override
    public void close() {
        stream.close();
        List.of(control.buffer(), control.tokens(), control.ring(), cache.buffer(), hidden)
            .forEach(DeviceBuffer::close);
    }
}
