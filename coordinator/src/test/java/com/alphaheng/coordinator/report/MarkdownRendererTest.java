package com.alphaheng.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownRendererTest {
    @Test
    void otherPeoplesTextStaysTextAndOnItsLine() {
        Document document = new Document("t").table(List.of("Reason"), List.of(List.of("a|b <script>\n\n# *boo*")));
        assertThat(MarkdownRenderer.render(document)).contains("| a\\|b &lt;script> # \\*boo\\* |");
        assertThat(HtmlRenderer.render(document)).contains("&lt;script&gt;").doesNotContain("<script");
    }

    @Test
    void aFenceIsLongerThanTheBackticksInside() {
        String rendered = MarkdownRenderer.render(new Document("t").verbatim("echo ```\nfoo"));
        assertThat(rendered).contains("````\necho ```\nfoo\n````");
    }

    @Test
    void aRowOfTheWrongWidthIsRefused() {
        Document document = new Document("t");
        assertThatThrownBy(() -> document.table(List.of("a", "b"), List.of(List.of("1"))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("row of 1 cells under 2 headings");
    }

    @Test
    void figuresCarryAsManyDigitsAsAMeasurement() {
        assertThat(List.of(0.0, 0.8312, 7.1, 14.204, 231.68, 1024.0, 12345.6).stream().map(Wording::figure).toList())
                .containsExactly("0", "0.831", "7.10", "14.20", "231.7", "1,024", "12,346");
    }
}
