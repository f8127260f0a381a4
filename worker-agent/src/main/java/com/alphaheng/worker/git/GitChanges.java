package com.alphaheng.worker.git;

import com.alphaheng.worker.job.seal.ChangedFile;
import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads what changed between two commits. Renames count as a removal and an addition.
final class GitChanges {
    private static final Pattern HUNK = Pattern.compile("@@ -\\d+(?:,\\d+)? \\+(\\d+)(?:,\\d+)? @@.*");

    private GitChanges() {
    }

    static List<ChangedFile> between(Path repository, String base, String candidate) throws IOException {
        List<String> common = List.of("--no-renames", "--no-ext-diff", "--no-textconv", base, candidate);
        List<String> raw = new ArrayList<>(List.of("diff", "--raw", "-z", "--abbrev=40"));
        raw.addAll(common);
        String[] fields = GitCommand.run(repository, raw).text().split("\0");
        Map<String, String[]> modes = new LinkedHashMap<>();
        for (int i = 0; i + 1 < fields.length; i += 2) {
            String[] entry = fields[i].substring(1).split(" ");
            modes.put(fields[i + 1], new String[] {entry[0], entry[1]});
        }
        List<ChangedFile> changes = new ArrayList<>();
        for (Map.Entry<String, String[]> entry : modes.entrySet()) {
            List<String> patch = new ArrayList<>(List.of("diff", "--unified=0", "--text"));
            patch.addAll(common);
            patch.addAll(List.of("--", ":(top,literal)" + entry.getKey()));
            List<String> numbers = new ArrayList<>(List.of("diff", "--numstat"));
            numbers.addAll(common);
            numbers.addAll(List.of("--", ":(top,literal)" + entry.getKey()));
            boolean binary = GitCommand.run(repository, numbers).text().startsWith("-\t-");
            changes.add(new ChangedFile(entry.getKey(), entry.getValue()[0], entry.getValue()[1], binary,
                    binary ? List.of() : added(GitCommand.run(repository, patch).text())));
        }
        return changes;
    }

    private static List<AddedLine> added(String patch) {
        List<AddedLine> lines = new ArrayList<>();
        int number = -1;
        for (String line : patch.split("\n", -1)) {
            Matcher hunk = HUNK.matcher(line);
            if (hunk.matches()) {
                number = Integer.parseInt(hunk.group(1));
            } else if (number >= 0 && line.startsWith("+")) {
                lines.add(new AddedLine(number++, line.substring(1)));
            }
        }
        return lines;
    }
}
