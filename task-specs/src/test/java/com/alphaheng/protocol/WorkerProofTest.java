package com.alphaheng.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class WorkerProofTest {
    private static final byte[] REPORT = "a report".getBytes(StandardCharsets.UTF_8);

    @Test
    void onlyTheSameKeyAndReportHold() {
        String key = WorkerProof.keyOf("heng_token");
        byte[] proof = WorkerProof.of(key, REPORT);
        assertThat(WorkerProof.holds(key, REPORT, proof)).isTrue();
        assertThat(WorkerProof.holds(WorkerProof.keyOf("heng_other"), REPORT, proof)).isFalse();
        assertThat(WorkerProof.holds(key, "b report".getBytes(StandardCharsets.UTF_8), proof)).isFalse();
        assertThat(WorkerProof.holds(key, REPORT, new byte[0])).isFalse();
    }

    /// RFC 4231, case 2; and the SHA-256 of "abc" of FIPS 180-2.
    @Test
    void itIsThePublishedFunction() {
        byte[] proof = WorkerProof.of("Jefe", "what do ya want for nothing?".getBytes(StandardCharsets.UTF_8));
        assertThat(HexFormat.of().formatHex(proof)).isEqualTo(
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assertThat(WorkerProof.keyOf("abc")).isEqualTo(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
