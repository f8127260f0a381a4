package com.alphaheng.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.bench.ExecutionRecord;
import com.alphaheng.engine.cpu.nativelib.NativeLibrary;
import com.alphaheng.engine.testing.ShippedModel;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Proof of execution, the engine's side: what was dispatched and what was loaded.
class CountingDeviceTest {

    private static Map<String, Long> counted(String backend) {
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend(backend));
             Session session = engine.newSession(SessionOptions.greedy().withContext(16))) {
            session.sync(new int[] {5, 6, 7});
            Map<String, Long> before = engine.device().operationsByKind();
            long operations = engine.device().counters().operations();
            session.sync(new int[] {5, 6, 7, 8});
            session.logits();
            Map<String, Long> step = ExecutionRecord.since(before, engine.device().operationsByKind());
            assertThat(step.values().stream().mapToLong(Long::longValue).sum()).as("nothing is left out")
                .isEqualTo(engine.device().counters().operations() - operations);
            return step;
        }
    }

    @Test
    void theSameWorkCountsTheSameOnEveryBackEnd() {
        Map<String, Long> reference = counted("reference");
        assertThat(reference).containsKeys("Embed", "NormLinear").allSatisfy((kind, count) ->
            assertThat(count).as(kind).isPositive());
        assertThat(counted("cpu")).isEqualTo(reference);
    }

    @Test
    void theRecordHoldsTheHashOfTheKernelsThatAreLoaded() throws Exception {
        Map<String, byte[]> library = NativeLibrary.load().file();
        assertThat(library).hasSize(NativeLibrary.load().available() ? 1 : 0);
        for (Map.Entry<String, byte[]> file : library.entrySet()) {
            assertThat(ExecutionRecord.loaded()).containsEntry(file.getKey(), HexFormat.of().formatHex(MessageDigest
                .getInstance("SHA-256").digest(file.getValue())));
        }
        assertThat(ExecutionRecord.of(Map.of("NormLinear", 3L)).path("operations").path("NormLinear").asLong())
            .isEqualTo(3);
    }
}
