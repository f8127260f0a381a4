package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.metal.SoftMetal;
import com.alphaheng.engine.metal.SoftMetalTest;
import com.alphaheng.engine.testing.ShippedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./marlin doctor --metal` as the first user with a Mac sees it, here on the soft Metal.
@SoftMetalTest
class MetalDoctorTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void withoutMemoryChecks() {
        SoftMetal.set("checks", 0);
    }

    @AfterEach
    void checkAgain() {
        SoftMetal.set("checks", 1);
        SoftMetal.inject("compile", 0, 0);
    }

    private List<String> report(boolean passes) throws IOException {
        StringWriter screen = new StringWriter();
        Path file = folder.resolve("report.txt");
        MetalDoctor doctor = new MetalDoctor(new PrintWriter(screen), ShippedModel.directory(), false);
        assertThat(doctor.run(file)).as(screen.toString()).isEqualTo(passes);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(screen.toString()).startsWith(Files.readString(file));
        return lines;
    }

    @Test
    @Tag("slow")
    void everythingIsCheckedAndFitsATerminal() throws IOException {
        assertThat(report(true)).contains("== GPU", "== kernels", "== bandwidth", "== decode", "all checks passed")
            .anyMatch(line -> line.matches("one message from Java: \\d+ ns"))
            .anyMatch(line -> line.startsWith("ok: mla_attention_tiled, 8 variants"))
            .anyMatch(line -> line.matches("fusion +[0-9.]+ +[0-9.]+ +[0-9.]+ +1\\.0 +[0-9.]+ +0 +0\\.\\d+"));
    }

    @Test
    void aFailureIsALineAndTheNextPartRuns() throws IOException {
        SoftMetal.inject("compile", 1, 1000);
        List<String> lines = report(false);
        assertThat(lines).contains("name: Soft Metal")
            .anyMatch(line -> line.startsWith("FAILED: MetalException: newLibraryWithSource 'kernels' failed"));
        assertThat(lines.indexOf("== decode")).isGreaterThan(lines.indexOf("== kernels"));
        assertThat(lines.getLast()).matches("\\d checks failed");
    }
}
