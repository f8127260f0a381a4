package com.alphaheng.protocol;

import com.alphaheng.spec.TaskSpec;
import java.util.Optional;

/// What a worker needs to run an attempt.
///
/// @param task   the task as submitted
/// @param commit commit to check out; empty means the tip of the worker's configured source repository
public record JobSpec(TaskSpec task, Optional<String> commit) {
}
