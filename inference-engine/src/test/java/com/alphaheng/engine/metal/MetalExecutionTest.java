package com.alphaheng.engine.metal;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.bench.ExecutionRecord;
import com.alphaheng.engine.testing.ShippedModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Proof of execution on a GPU: its sources are named by their hashes, its work is counted as the CPU's is.
@SoftMetalTest
class MetalExecutionTest {

    @Test
    void sourcesAreHashedAndOperationsCounted() throws Exception {
        Map<String, String> loaded = ExecutionRecord.loaded();
        for (String file : List.of("Common", "Linear", "MlaAttention")) {
            assertThat(loaded).containsEntry(file + ".metal", HexFormat.of().formatHex(MessageDigest
                .getInstance("SHA-256").digest(KernelLibrary.text(file).getBytes(StandardCharsets.UTF_8))));
        }
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend("metal"));
             Session session = engine.newSession(SessionOptions.greedy().withContext(16))) {
            session.sync(new int[] {5, 6, 7});
            session.logits();
            assertThat(engine.device().operationsByKind()).containsKeys("Embed", "NormLinear");
            assertThat(engine.device().operationsByKind().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(engine.device().counters().operations());
        }
    }
}
