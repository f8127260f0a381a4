package com.alphaheng.engine.backend;

import com.alphaheng.engine.model.Weights;
import java.util.Map;

/// A way to run the model: `reference` (scalar, the oracle), `cpu` (fast), `metal`, later `cuda`.
/// Found as a service: list the class in META-INF/services.
public interface Backend {

    /// The name users type after `--backend`.
    String name();

    /// Order in which `--backend auto` tries back ends: the highest that is available wins. The reference has 0.
    int preference();

    /// Looks for what the back end needs; never throws for an absent device.
    Availability probe();

    /// What its kernels are made of besides this program's classes, by file name: libraries that are loaded, sources
    /// that a GPU's driver compiles. For proof of execution.
    default Map<String, byte[]> kernelFiles() {
        return Map.of();
    }

    /// Whether it multiplies matrices wherever they lie, and is free to: not in mapped files alone, as a GPU that wraps
    /// them, nor as an oracle of what the files say.
    default boolean takesWeightsInMemory() {
        return false;
    }

    /// Opens a device on a model's weights. The weights stay the caller's and must outlive the device.
    ///
    /// @throws DeviceException when the device is not available or its memory does not suffice
    Device open(Weights weights, DeviceOptions options);
}
