package com.alphaheng.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {

    private static final String TABLE = """
        {"default": {"cpu.spins": 4000, "cpu.claim_kib": 96}, "chips": {"Chip A": {"cpu.spins": 100}}}""";

    @Test
    void aChipHasItsOwnValuesOverTheDefault() throws Exception {
        var table = new ObjectMapper().readTree(TABLE);
        assertThat(Tuning.of(table, "Chip A").get(Tuning.CPU_SPINS)).isEqualTo(100);
        assertThat(Tuning.of(table, "Chip A").get(Tuning.CPU_CLAIM_KIB)).isEqualTo(96);
        assertThat(Tuning.of(table, "Chip B").get(Tuning.CPU_SPINS)).isEqualTo(4000);
    }

    @Test
    void whatIsWrittenForAChipIsWhatIsRead(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("tuning.json"), TABLE);
        Tuning found = Tuning.of(new ObjectMapper().readTree(TABLE), "Chip B").with("cpu.spins=0, cpu.claim_kib=96");
        found.write(file, "Chip B");
        var table = new ObjectMapper().readTree(file.toFile());
        assertThat(Tuning.of(table, "Chip B")).isEqualTo(found);
        assertThat(table.at("/chips/Chip B").size()).as("only what differs").isEqualTo(1);
        assertThat(table.at("/chips/Chip A/cpu.spins").asInt()).as("others stay").isEqualTo(100);
    }

    @Test
    void theShippedTableHasWhatTheEngineReads() {
        assertThat(Tuning.here().values()).containsOnlyKeys(Tuning.CPU_SPINS, Tuning.CPU_CLAIM_KIB,
            Tuning.CPU_PREFILL_STEP, Tuning.CPU_THREADS);
        assertThatThrownBy(() -> Tuning.here().with("cpu.spin=3")).hasMessageContaining("cpu.spins");
        assertThatThrownBy(() -> Tuning.here().with("cpu.spins=-1")).hasMessageContaining("NAME=NUMBER");
    }
}
