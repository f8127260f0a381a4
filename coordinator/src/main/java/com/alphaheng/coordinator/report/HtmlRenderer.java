package com.alphaheng.coordinator.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A document as one self-contained HTML file: no script, no other file, light and dark, fit for print and for mail.
public final class HtmlRenderer {
    private static final String STYLE = """
            :root{color-scheme:light dark;--paper:#f6f5f2;--ink:#17191c;--soft:#555a62;--line:#dedad2;--bar:#0d6c84;\
            --theirs:#a8a297;--sunken:#eceae4}
            @media(prefers-color-scheme:dark){:root{--paper:#0f1113;--ink:#eceef0;--soft:#a7adb5;--line:#2b3036;\
            --bar:#4fb3cc;--theirs:#6d6a64;--sunken:#1a1e22}}
            body{margin:0 auto;max-width:68rem;padding:3rem 1.5rem 5rem;background:var(--paper);color:var(--ink);\
            font:400 .9375rem/1.55 system-ui,sans-serif;font-variant-numeric:tabular-nums}
            h1{font-size:1.75rem;letter-spacing:-.02em;line-height:1.2;margin:0 0 1rem}
            h2{font-size:1.125rem;margin:2.5rem 0 .75rem}
            p{max-width:46rem}
            .note{border-left:3px solid var(--line);padding-left:.9rem;color:var(--soft)}
            .scroll{overflow-x:auto}
            table{border-collapse:collapse;font-size:.84375rem;min-width:100%}
            th,td{text-align:left;padding:.35rem 1.6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
            th{color:var(--soft);font-weight:550}
            .right{text-align:right}
            pre{background:var(--sunken);padding:.8rem 1rem;border-radius:.375rem;overflow-x:auto;font-size:.8125rem}
            svg{display:block;width:100%;height:auto;margin:0 0 1.5rem;font:13px system-ui,sans-serif}
            svg text{fill:var(--ink)}svg .soft{fill:var(--soft)}svg .bar{fill:var(--bar)}svg .theirs{fill:var(--theirs)}
            svg .whisker{stroke:var(--ink);stroke-width:1.5;fill:none}
            """;
    private static final int ROW = 34;
    private static final int LABEL = 190;
    private static final int PLOT = 520;
    private static final int WIDTH = 900;

    private HtmlRenderer() {
    }

    public static String render(Document document) {
        String body = document.blocks().stream().map(HtmlRenderer::block).collect(Collectors.joining("\n"));
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + escape(document.title()) + "</title>\n<style>\n" + STYLE + "</style>\n</head>\n<body>\n<h1>"
                + escape(document.title()) + "</h1>\n" + body + "\n</body>\n</html>\n";
    }

    private static String block(Block block) {
        return switch (block) {
            case Block.Heading heading -> "<h2>" + escape(heading.text()) + "</h2>";
            case Block.Paragraph paragraph -> "<p>" + escape(paragraph.text()) + "</p>";
            case Block.Note note -> "<p class=\"note\">" + escape(note.text()) + "</p>";
            case Block.Verbatim verbatim -> "<pre>" + escape(verbatim.text()) + "</pre>";
            case Block.Table table -> table(table);
            case Block.Chart chart -> chart(chart);
        };
    }

    private static String table(Block.Table table) {
        List<Integer> columns = IntStream.range(0, table.headings().size()).boxed().toList();
        String head = columns.stream().map(column -> "<th" + side(table, column) + " scope=\"col\">"
                + escape(table.heading(column)) + "</th>").collect(Collectors.joining());
        String rows = table.rows().stream().map(row -> columns.stream().map(column -> "<td" + side(table, column) + ">"
                + escape(row.get(column)) + "</td>").collect(Collectors.joining("", "<tr>", "</tr>")))
                .collect(Collectors.joining("\n"));
        return "<div class=\"scroll\"><table>\n<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows
                + "\n</tbody>\n</table></div>";
    }

    private static String side(Block.Table table, int column) {
        return table.right(column) ? " class=\"right\"" : "";
    }

    private static String chart(Block.Chart chart) {
        double most = chart.columns().stream()
                .mapToDouble(column -> Math.max(column.value(), column.high().orElse(0.0))).max().orElse(1);
        String bars = IntStream.range(0, chart.columns().size())
                .mapToObj(index -> bar(chart.columns().get(index), index * ROW, most, chart.unit()))
                .collect(Collectors.joining("\n"));
        String spoken = chart.columns().stream().map(column -> column.label() + " " + Wording.figure(column.value())
                + " " + chart.unit()).collect(Collectors.joining(", "));
        return "<svg viewBox=\"0 0 " + WIDTH + " " + chart.columns().size() * ROW + "\" role=\"img\" aria-label=\""
                + escape(spoken) + "\">\n" + bars + "\n</svg>";
    }

    private static String bar(Block.Column column, int top, double most, String unit) {
        double length = PLOT * column.value() / most;
        int middle = top + ROW / 2;
        StringBuilder out = new StringBuilder(String.format(Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                        + "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                LABEL - 12, middle + 5, escape(column.label()), column.theirs() ? "theirs" : "bar", LABEL, top + 5,
                length, ROW - 10));
        double end = LABEL + length;
        if (column.low().isPresent() && column.high().isPresent()) {
            double low = LABEL + PLOT * column.low().get() / most;
            double high = LABEL + PLOT * column.high().get() / most;
            out.append(String.format(Locale.ROOT, "<path class=\"whisker\" d=\"M%.1f %dV%dM%.1f %dH%.1fM%.1f %dV%d\"/>",
                    low, middle - 5, middle + 5, low, middle, high, high, middle - 5, middle + 5));
            end = Math.max(end, high);
        }
        return out.append(String.format(Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\">%s <tspan class=\"soft\">%s</tspan></text>", end + 10, middle + 5,
                Wording.figure(column.value()), escape(unit))).toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
