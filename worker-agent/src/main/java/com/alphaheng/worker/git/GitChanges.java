package com.alphaheng.worker.git;

import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
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

    static List<ChangedFile> between(Path repository, String base, String candidate)
            throws EnvironmentFailure, IOException {
        List<String> common = List.of("--no-renames", "--no-ext-diff", "--no-textconv", base, candidate);
        List<String> raw = new ArrayList<>(List.of("diff", "--raw", "-z", "--abbrev=40"));
        raw.addAll(common);
        String[] fields = said(repository, raw).split("\0");
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
            boolean binary = said(repository, numbers).startsWith("-\t-");
            changes.add(new ChangedFile(entry.getKey(), entry.getValue()[0], entry.getValue()[1], binary,
                    binary ? List.of() : added(said(repository, patch))));
        }
        return changes;
    }

    /// @throws EnvironmentFailure if git fails: nothing may pass because nothing could be read
    private static String said(Path repository, List<String> arguments) throws EnvironmentFailure, IOException {
        GitCommand.Result result = GitCommand.run(repository, arguments);
        if (!result.ok()) {
            throw new EnvironmentFailure(Code.MIRROR_DAMAGED, "git cannot compare the change with its base",
                    "look after the disk of " + repository + " (" + GitCommand.lastLine(result.text()) + ")");
        }
        return result.text();
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
