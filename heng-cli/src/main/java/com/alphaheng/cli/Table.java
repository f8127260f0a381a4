package com.alphaheng.cli;

import java.util.ArrayList;
import java.util.List;

/// A plain table that fits a terminal of 80 columns: the last column is cut, the others are as wide as they need.
public final class Table {
    public static final int WIDTH = 80;

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    public Table row(Object... cells) {
        rows.add(java.util.Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    /// The lines, without trailing blanks.
    public List<String> lines() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size() - 1; column++) {
            line.append(row.get(column)).repeat(" ", widths[column] - row.get(column).length() + 2);
        }
        return cut(line + row.getLast(), Math.max(WIDTH, line.length() + 20)).stripTrailing();
    }

    /// `1 task`, `2 tasks`.
    static String counted(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /// The text in as many lines as it needs, broken between words; a longer word stays whole.
    ///
    /// @param indent begins each line
    public static List<String> wrap(String text, String indent) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.strip().split("\\R")) {
            StringBuilder line = new StringBuilder(indent);
            for (String word : paragraph.strip().split(" +")) {
                if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
                    lines.add(line.toString());
                    line = new StringBuilder(indent);
                }
                line.append(line.length() > indent.length() ? " " : "").append(word);
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /// The text, or its beginning and an ellipsis.
    public static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width - 1)) + "…";
    }
}
