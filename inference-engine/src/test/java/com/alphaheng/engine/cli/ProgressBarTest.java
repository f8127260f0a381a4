package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long seconds;

    private ProgressBar bar(boolean terminal) {
        return new ProgressBar(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal,
            () -> seconds * 1_000_000_000L);
    }

    private String shown() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }

    @Test
    void theTimeLeftCountsWhatThisRunDid() {
        ProgressBar bar = bar(false);
        bar.at("already there", 500, 1000);
        assertThat(shown()).isEqualToIgnoringNewLines("already there 50%");
        bar.at("quantizing", 500, 1000);
        assertThat(shown()).as("a line every ten seconds").isEmpty();
        seconds = 10;
        // A stage in between takes its time, and does not start the other anew.
        bar.at("calibrating", 1, 2);
        assertThat(shown()).isEqualToIgnoringNewLines("calibrating 50%");
        seconds = 60;
        bar.at("quantizing", 600, 1000);
        assertThat(shown()).isEqualToIgnoringNewLines("quantizing 60%, 4 min left");
        seconds = 120;
        bar.at("quantizing", 900, 1000);
        assertThat(shown()).isEqualToIgnoringNewLines("quantizing 90%, 30 s left");
        bar.at("quantizing", 1000, 1000);
        assertThat(shown()).isEqualToIgnoringNewLines("quantizing 100%");
    }

    @Test
    void aTerminalShowsABarAndLosesItInTheEnd() {
        ProgressBar bar = bar(true);
        bar.at("writing", 0, 100_000);
        seconds = 60;
        bar.at("writing", 1_000, 100_000);
        assertThat(shown()).endsWith("\r\033[Kwriting [" + ".".repeat(30) + "]   1%, 99 min left");
        seconds = 120;
        bar.at("writing", 1_500, 100_000);
        assertThat(shown()).endsWith("  2%, 2 h 11 min left");
        bar.close();
        assertThat(shown()).isEqualTo("\r\033[K");
    }
}
