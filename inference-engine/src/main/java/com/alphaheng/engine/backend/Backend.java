package com.alphaheng.engine.backend;

import com.alphaheng.engine.model.Weights;

/// A way to run the model: `reference` (scalar, the oracle), `cpu` (fast), `metal`, later `cuda`.
public interface Backend {

    /// The name users type after `--backend`.
    String name();

    /// Looks for what the back end needs; never throws for an absent device.
    Availability probe();

    /// Opens a device on a model's weights. The weights stay the caller's and must outlive the device.
    ///
    /// @throws DeviceException when the device is not available or its memory does not suffice
    Device open(Weights weights, DeviceOptions options);
}
