package com.alphaheng.coordinator.report;

import java.util.List;
import java.util.Optional;

/// A piece of a report, without any markup of its own: the same blocks become Markdown and HTML.
sealed interface Block {
    /// A section starts.
    record Heading(String text) implements Block {
    }

    record Paragraph(String text) implements Block {
    }

    /// A remark that keeps a reader from misreading what stands above or below it.
    record Note(String text) implements Block {
    }

    /// Rows of equal width; a column whose heading starts with `>` is aligned to the right, as figures should be.
    record Table(List<String> headings, List<List<String>> rows) implements Block {
        public Table {
            headings = List.copyOf(headings);
            rows = rows.stream().map(List::copyOf).toList();
            for (List<String> row : rows) {
                if (row.size() != headings.size()) {
                    throw new IllegalArgumentException("row of " + row.size() + " cells under " + headings.size()
                            + " headings: " + row);
                }
            }
        }

        boolean right(int column) {
            return headings.get(column).startsWith(">");
        }

        String heading(int column) {
            return right(column) ? headings.get(column).substring(1) : headings.get(column);
        }
    }

    /// A command or raw figures, verbatim.
    record Verbatim(String text) implements Block {
    }

    /// Horizontal bars on a common axis from 0.
    record Chart(String unit, List<Column> columns) implements Block {
        public Chart {
            columns = List.copyOf(columns);
        }
    }

    /// One bar of a chart.
    ///
    /// @param low     lower end of its interval
    /// @param high    upper end of its interval
    /// @param theirs  whether it is somebody else's figure and drawn as such
    record Column(String label, double value, Optional<Double> low, Optional<Double> high, boolean theirs) {
    }
}
