package com.alphaheng.worker.job.measure;

import java.util.Optional;
import java.util.OptionalDouble;

/// Port: asks the machine whether heat slows it down.
public interface Thermometer {
    /// Of a machine that says nothing.
    Thermometer NONE = () -> new Heat(Optional.empty(), "no thermometer", OptionalDouble.empty(),
            OptionalDouble.empty());

    /// How it is now, or was since the last reading: a throttling that came and went counts.
    Heat read();
}
