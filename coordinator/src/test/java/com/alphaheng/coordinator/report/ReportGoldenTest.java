package com.alphaheng.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every report of one replayed log, byte for byte. After an intended change, copy `target/reports` over the golden
/// files and read the difference.
class ReportGoldenTest {
    @ParameterizedTest
    @EnumSource(ReportKind.class)
    void markdownOfAnUnfinishedCampaign(ReportKind kind) throws IOException {
        compare(kind.fileName() + ".md", MarkdownRenderer.render(kind.write(CampaignStory.unfinished())));
    }

    @Test
    void htmlOfTheBenchmark() throws IOException {
        compare("final_benchmark.html",
                HtmlRenderer.render(ReportKind.FINAL_BENCHMARK.write(CampaignStory.unfinished())));
    }

    @ParameterizedTest
    @EnumSource(ReportKind.class)
    void everyReportOfACampaignWithoutTasksIsWritten(ReportKind kind) {
        Document document = kind.write(CampaignStory.empty());
        assertThat(MarkdownRenderer.render(document)).startsWith("# ").contains("roadmap");
        assertThat(HtmlRenderer.render(document)).contains("<h1>").endsWith("</html>\n");
    }

    private static void compare(String name, String actual) throws IOException {
        Path written = Path.of("target", "reports", name);
        Files.createDirectories(written.getParent());
        Files.writeString(written, actual);
        try (InputStream golden = ReportGoldenTest.class.getResourceAsStream("/reports/" + name)) {
            assertThat(golden).as("golden file reports/%s; %s has what was written now", name, written).isNotNull();
            assertThat(actual).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
