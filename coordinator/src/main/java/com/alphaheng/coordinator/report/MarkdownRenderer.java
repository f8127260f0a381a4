package com.alphaheng.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A document as GitHub-flavoured Markdown. Charts become bars of block characters, so that the plain file shows
/// them too.
public final class MarkdownRenderer {
    private static final int BAR_CELLS = 48;

    private MarkdownRenderer() {
    }

    public static String render(Document document) {
        StringBuilder out = new StringBuilder("# ").append(escape(document.title())).append("\n");
        for (Block block : document.blocks()) {
            out.append("\n").append(switch (block) {
                case Block.Heading heading -> "## " + escape(heading.text());
                case Block.Paragraph paragraph -> escape(paragraph.text());
                case Block.Note note -> "> " + escape(note.text());
                case Block.Verbatim verbatim -> fenced(verbatim.text());
                case Block.Table table -> table(table);
                case Block.Chart chart -> chart(chart);
            }).append("\n");
        }
        return out.toString();
    }

    private static String table(Block.Table table) {
        List<String> lines = new ArrayList<>();
        IntStream columns = IntStream.range(0, table.headings().size());
        lines.add(row(columns.mapToObj(table::heading).toList()));
        lines.add(IntStream.range(0, table.headings().size()).mapToObj(column -> table.right(column) ? "---:" : "---")
                .collect(Collectors.joining(" | ", "| ", " |")));
        table.rows().forEach(row -> lines.add(row(row)));
        return String.join("\n", lines);
    }

    private static String row(List<String> cells) {
        return cells.stream().map(cell -> escape(cell).replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String chart(Block.Chart chart) {
        double most = chart.columns().stream().mapToDouble(Block.Column::value).max().orElse(1);
        int width = chart.columns().stream().mapToInt(column -> column.label().length()).max().orElse(0);
        return fenced(chart.columns().stream().map(column -> bar(column, most, width, chart.unit()))
                .collect(Collectors.joining("\n")));
    }

    private static String bar(Block.Column column, double most, int width, String unit) {
        int cells = Math.max(1, (int) Math.round(BAR_CELLS * column.value() / most));
        String interval = column.low().isPresent() && column.high().isPresent()
                ? " (" + Wording.figure(column.low().get()) + " to " + Wording.figure(column.high().get()) + ")" : "";
        return column.label() + " ".repeat(width - column.label().length()) + "  "
                + (column.theirs() ? "░" : "█").repeat(cells) + " " + Wording.figure(column.value()) + " " + unit
                + interval;
    }

    /// A fence longer than any run of backticks inside, as CommonMark asks.
    private static String fenced(String text) {
        String fence = "```";
        while (text.contains(fence)) {
            fence += "`";
        }
        return fence + "\n" + text.strip() + "\n" + fence;
    }

    /// Task names and reasons are other people's text: they must stay text, and on their line.
    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replaceAll("\\s*\\R\\s*", " ")
                .replaceAll("([*`\\[\\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))", "\\\\$1");
    }
}
