package com.alphaheng.engine;

import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.alphaheng.engine.backend.CountingDevice;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.format.WeightsLoader;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.model.DraftHead;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import java.nio.file.Path;

/// A loaded, immutable model on a device. Sessions of one engine share the weights. Close its sessions first.
public final class Engine implements AutoCloseable {

    private final Path directory;
    private final EngineOptions options;
    private final Weights weights;
    private final String backend;
    private final Device device;

    private Engine(Path directory, EngineOptions options, Weights weights, String backend, Device device) {
        this.directory = directory;
        this.options = options;
        this.weights = weights;
        this.backend = backend;
        this.device = device;
    }

    /// Loads a model folder (Hugging Face or MMFP4) on a back end.
    ///
    /// @throws com.alphaheng.engine.format.ModelFormatException          when the folder is not a valid model
    /// @throws com.alphaheng.engine.backend.BackendUnavailableException when the back end cannot run here
    /// @throws com.alphaheng.engine.backend.DeviceException             when the device fails
    public static Engine open(Path directory, EngineOptions options) {
        Backend backend = Backends.choose(options.backend());
        Weights weights = load(directory, backend, options);
        try {
            return new Engine(directory, options, weights, backend.name(),
                new CountingDevice(backend.open(weights, options.device())));
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    private static Weights load(Path directory, Backend backend, EngineOptions options) {
        Weights weights = WeightsLoader.load(directory);
        return options.optimizations().drafts() > 0 && backend.takesWeightsInMemory() ? DraftHead.lighten(weights)
            : weights;
    }

    /// The model's folder.
    public Path directory() {
        return directory;
    }

    public ModelConfig config() {
        return weights.config();
    }

    public Weights weights() {
        return weights;
    }

    /// Name of the back end in use.
    public String backend() {
        return backend;
    }

    public Device device() {
        return device;
    }

    public EngineOptions options() {
        return options;
    }

    /// A new, empty timeline.
    public Session newSession(SessionOptions session) {
        int context = session.context() > 0 ? session.context()
            : Math.min(SessionOptions.DEFAULT_CONTEXT, config().maxPositions());
        int step = session.prefillStep() > 0 ? session.prefillStep() : device.prefillStep();
        Timeline timeline = new Timeline(device, weights, options.optimizations(), context, step, 1);
        try {
            return new Session(this, timeline, session.sampling());
        } catch (RuntimeException e) {
            timeline.close();
            throw e;
        }
    }

    @Override
    public void close() {
        device.close();
        weights.close();
    }
}
