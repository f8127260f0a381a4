package com.alphaheng.worker.job;

import com.alphaheng.worker.job.measure.ThermalGate;
import com.alphaheng.worker.job.measure.Thermometer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/// What the job core needs to know of the worker's machine and configuration.
///
/// @param machine         fingerprint of this machine for results
/// @param environment     asks what else of it may matter to a measurement, by name
/// @param buildCache      folder shared by all checkouts, handed to jobs as `HENG_BUILD_CACHE`
/// @param benchmarkBudget wall time after which a benchmark starts no further block
public record JobSettings(String machine, Supplier<Map<String, String>> environment, Path buildCache,
                          Duration benchmarkBudget, Thermometer thermometer, ThermalGate.Settings thermalGate) {
}
