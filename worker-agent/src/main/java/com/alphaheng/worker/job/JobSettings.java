package com.alphaheng.worker.job;

import java.nio.file.Path;
import java.time.Duration;

/// What the job core needs to know of the worker's configuration.
///
/// @param machine         fingerprint of this machine for results
/// @param buildCache      folder shared by all checkouts, handed to jobs as `HENG_BUILD_CACHE`
/// @param benchmarkBudget wall time after which a benchmark starts no further block
public record JobSettings(String machine, Path buildCache, Duration benchmarkBudget) {
}
