package com.alphaheng.protocol;

import com.alphaheng.spec.TaskKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a worker is and can do, as probed on its machine.
///
/// @param labels      such as os, arch, chip, backend; matched against a task's requirements
/// @param kinds       kinds of task it takes
/// @param agents      names of its agent backends, preferred ones first; a task that names backends goes only where
///                    one of them is. Without any but [#PATCH] and [#REVERT] an agent task that names none runs there
///                    only as far as verification, and only if it has a verify command
/// @param slots       attempts it runs at once; 0 while it takes nothing new, see [#PAUSED]
/// @param memoryBytes of the machine
/// @param description one line for people: "Apple M4 Max, 16 cores, 40 GPU cores, 128 GB, macOS 26.1"
public record WorkerProfile(Map<String, String> labels, Set<TaskKind> kinds, List<String> agents, int slots,
                            int cpuCores, int gpuCores, long memoryBytes, String description) {
    /// The backend that applies the edits in a task's prompt; only for tasks that name it.
    public static final String PATCH = "patch";

    /// The label that says why a worker offers no slot at the moment.
    public static final String PAUSED = "paused";

    /// The backend that takes a merged commit back; only for tasks that name it.
    public static final String REVERT = "revert";

    public WorkerProfile {
        labels = Map.copyOf(labels);
        kinds = Set.copyOf(kinds);
        agents = List.copyOf(agents);
    }

    /// Why it offers no slot at the moment, if it does not.
    public Optional<String> paused() {
        return Optional.ofNullable(labels.get(PAUSED));
    }

    /// Backends for tasks that name none.
    public List<String> generalAgents() {
        return agents.stream().filter(name -> !name.equals(PATCH) && !name.equals(REVERT)).toList();
    }
}
