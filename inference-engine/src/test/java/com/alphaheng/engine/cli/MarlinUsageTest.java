package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MarlinUsageTest {
    /// The last line of a failed command becomes the reason of a task: it must name the mistake.
    @Test
    void wrongUsageIsOneLineThatNamesTheMistake() {
        PrintStream standardError = System.err;
        ByteArrayOutputStream captured = new ByteArrayOutputStream();
        int code;
        try {
            System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
            code = Marlin.run("generate", "-p", "x", "--no-such-option");
        } finally {
            System.setErr(standardError);
        }
        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(captured.toString(StandardCharsets.UTF_8).lines().toList()).singleElement().asString()
            .startsWith("marlin generate: Unknown option: '--no-such-option'").endsWith("(./marlin generate --help)");
    }
}
