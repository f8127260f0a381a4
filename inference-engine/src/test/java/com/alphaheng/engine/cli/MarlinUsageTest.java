package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarlinUsageTest {
    /// The last line of a failed command becomes the reason of a task: it must name the mistake.
    @Test
    void wrongUsageIsOneLineThatNamesTheMistake() {
        assertThat(failure(ExitCode.USAGE, "generate", "-p", "x", "--no-such-option"))
            .startsWith("marlin generate: Unknown option: '--no-such-option'").endsWith("(./marlin generate --help)");
    }

    @Test
    void filesThatCannotBeReadAreNamedWithoutJavasNames(@TempDir Path folder) throws IOException {
        Path missing = folder.resolve("missing");
        assertThat(failure(ExitCode.FAILED, "quantize", missing.toString(), folder.resolve("to").toString()))
            .isEqualTo("quantize: there is no file or folder " + missing);
        Path prompt = Files.write(folder.resolve("prompt"), new byte[] {(byte) 0xE9, 'x'});
        assertThat(failure(ExitCode.FAILED, "generate", "-f", prompt.toString()))
            .isEqualTo("generate: cannot read " + prompt + ": it is not UTF-8");
    }

    /// A sealed build runs it, and must not fail for a tuning table that is broken on purpose.
    @Test
    void withoutInputsAChallengeOnlyBuilds() {
        assertThat(Marlin.run(new String[] {"challenge", "--inputs", "", "--tuning", "no.such=1"}))
            .isEqualTo(ExitCode.OK);
        assertThat(failure(ExitCode.USAGE, "challenge", "--inputs", "exact 1 1", "--tuning", "no.such=1"))
            .contains("no.such");
    }

    /// The one line that a failing command writes to standard error.
    private static String failure(int exitCode, String... arguments) {
        PrintStream standardError = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        int code;
        try {
            System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
            code = Marlin.run(arguments);
        } finally {
            System.setErr(standardError);
        }
        assertThat(code).isEqualTo(exitCode);
        List<String> lines = captured.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }
}
