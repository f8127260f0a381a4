package com.alphaheng.worker.job.agent;

import java.util.ArrayList;
import java.util.List;

/// Edits as text that models write reliably and people can read:
///
///     === path/to/File.java
///     <<<<
///     lines to find, exactly once
///     ====
///     lines to put there
///     >>>>
///
/// Nothing to find means a new file, or a file replaced whole. Anything before the first `===` is comment.
public final class EditScript {
    private EditScript() {
    }

    /// @param find empty to write the whole file
    public record Edit(String path, String find, String replacement) {
        /// @throws BadEdit if the lines to find are not there exactly once
        public String applyTo(String content) throws BadEdit {
            if (find.isEmpty()) {
                return replacement;
            }
            int at = content.indexOf(find);
            if (at < 0) {
                throw new BadEdit("the lines to find are not in " + path + ": " + firstLine());
            }
            if (content.indexOf(find, at + 1) >= 0) {
                throw new BadEdit("the lines to find are more than once in " + path + ": " + firstLine());
            }
            return content.substring(0, at) + replacement + content.substring(at + find.length());
        }

        private String firstLine() {
            return find.lines().findFirst().orElse("").strip();
        }
    }

    /// @throws BadEdit naming the line where the text stops making sense
    public static List<Edit> parse(String text) throws BadEdit {
        List<Edit> edits = new ArrayList<>();
        String path = null;
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("=== ")) {
                path = line.substring(4).strip();
            } else if (line.equals("<<<<")) {
                if (path == null) {
                    throw new BadEdit("line " + (i + 1) + ": an edit needs a line `=== path` before it");
                }
                int middle = next(lines, "====", i);
                int end = next(lines, ">>>>", middle);
                String find = String.join("\n", lines.subList(i + 1, middle));
                String replacement = String.join("\n", lines.subList(middle + 1, end));
                edits.add(new Edit(path, find, find.isEmpty() ? replacement + "\n" : replacement));
                i = end;
            }
        }
        return edits;
    }

    private static int next(List<String> lines, String mark, int from) throws BadEdit {
        for (int i = from + 1; i < lines.size(); i++) {
            if (lines.get(i).equals(mark)) {
                return i;
            }
        }
        throw new BadEdit("line " + (from + 1) + ": no `" + mark + "` follows");
    }

    /// An edit that cannot be made; the message is for whoever wrote it.
    public static final class BadEdit extends Exception {
        private static final long serialVersionUID = 1L;

        public BadEdit(String message) {
            super(message);
        }
    }
}
