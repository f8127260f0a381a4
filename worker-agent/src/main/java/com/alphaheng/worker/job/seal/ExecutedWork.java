package com.alphaheng.worker.job.seal;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a command says of its own execution in `$HENG_METRICS`:
/// `{"execution": {"loaded": {"engine.jar": "SHA-256"}, "operations": {"Linear": 940}}}`.
///
/// @param loaded     SHA-256 of what the process loaded, by file name
/// @param operations dispatched for the work that is reported, by kernel
record ExecutedWork(Map<String, String> loaded, Map<String, Long> operations) {
    static final ExecutedWork NONE = new ExecutedWork(Map.of(), Map.of());

    static ExecutedWork parse(Optional<String> json) {
        if (json.isEmpty()) {
            return NONE;
        }
        try {
            JsonNode execution = ProtocolCodec.jsonMapper().readTree(json.get()).path("execution");
            Map<String, String> loaded = new TreeMap<>();
            execution.path("loaded").properties().forEach(file -> loaded.put(file.getKey(), file.getValue().asText()));
            Map<String, Long> operations = new TreeMap<>();
            execution.path("operations").properties()
                    .forEach(kernel -> operations.put(kernel.getKey(), kernel.getValue().asLong()));
            return new ExecutedWork(loaded, operations);
        } catch (JsonProcessingException e) {
            return NONE;
        }
    }

    long total() {
        return operations.values().stream().mapToLong(Long::longValue).sum();
    }
}
