package com.alphaheng.worker.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.spec.Budget;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.agent.Usage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ledger over restarts of the worker, on a real file.
class SpendFileTest {
    @TempDir
    Path folder;
    private Instant now = Instant.parse("2026-11-23T08:00:00Z");

    @Test
    void whatWasSpentIsKnownAfterARestartAndACallInFlightCountsWithTheMostItMayCost() {
        SpendLedger first = ledger();
        first.begin("c/t", usage(900, "0.50", 60)).end(usage(700, "0.25", 40));
        first.begin("c/t", usage(100, "0.10", 600));
        first.begin("c/other", usage(5, "0.01", 1));
        assertThat(first.of("c/t").tokens()).isEqualTo(800);
        now = now.plusSeconds(90);
        SpendLedger second = ledger();
        assertThat(second.of("c/t")).isEqualTo(new Usage(800, new BigDecimal("0.35"), Duration.ofSeconds(130)));
        Budget budget = new Budget(Optional.of(new BigDecimal("0.40")), Optional.of(1000L),
                Optional.of(Duration.ofSeconds(140)));
        assertThat(second.allowance("c/t", budget).allows(usage(200, "0.05", 10))).isTrue();
        assertThat(second.allowance("c/t", budget).allows(usage(201, "0.05", 10))).as("tokens").isFalse();
        assertThat(second.allowance("c/t", budget).allows(usage(200, "0.06", 10))).as("money").isFalse();
        assertThat(second.allowance("c/t", budget).allows(usage(200, "0.05", 11))).as("time").isFalse();
    }

    @Test
    void aLineThatACrashCutOffSpoilsNothing() throws Exception {
        ledger().begin("c/t", usage(9, "1", 1)).end(usage(3, "1", 1));
        Files.writeString(folder.resolve("spending.jsonl"), "\n{\"call\":\"half", StandardOpenOption.APPEND);
        ledger().begin("c/t", usage(9, "1", 1)).end(usage(4, "1", 1));
        assertThat(ledger().of("c/t").tokens()).isEqualTo(7);
    }

    private SpendLedger ledger() {
        return new SpendLedger(new SpendFile(folder.resolve("spending.jsonl")), () -> now);
    }

    private static Usage usage(long tokens, String usd, int seconds) {
        return new Usage(tokens, new BigDecimal(usd), Duration.ofSeconds(seconds));
    }
}
