package com.alphaheng.worker.job.seal;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The lines of a change whose execution has to be proven: its code, without lines that were only moved or set
/// otherwise, since a function that moves to another file along with the changed one is none of the change's doing. A
/// change that does nothing else has to be proven as it is. Texts for people need no proof beside code.
final class FreshLines {
    private static final Pattern PROSE = Pattern.compile("(.*/)?(README|LICENSE|NOTICE|AUTHORS|CHANGELOG)(\\.\\w+)?|"
            + ".*\\.(md|adoc|rst)", Pattern.CASE_INSENSITIVE);

    private final SourceFiles files;
    private final SealedVerification.Subject subject;

    FreshLines(SourceFiles files, SealedVerification.Subject subject) {
        this.files = files;
        this.subject = subject;
    }

    /// Numbers of lines by file; empty if no code was added.
    Map<String, Set<Integer>> places() {
        Map<String, Set<Integer>> code = new LinkedHashMap<>();
        Map<String, Set<Integer>> fresh = new LinkedHashMap<>();
        Map<String, Integer> removed = removed();
        for (ChangedFile file : subject.change()) {
            if (file.deleted() || file.added().isEmpty()) {
                continue;
            }
            String content = files.read(subject.candidate(), file.path()).orElse("");
            Set<Integer> added = new TreeSet<>(PlainCode.of(file.path(), content).codeLines());
            added.retainAll(file.addedLines());
            put(code, file.path(), added);
            Set<Integer> left = new TreeSet<>(added);
            left.removeIf(line -> wasThere(removed, squeezed(file.text(line))));
            put(fresh, file.path(), left);
        }
        Map<String, Set<Integer>> places = fresh.isEmpty() ? code : fresh;
        Map<String, Set<Integer>> executable = new LinkedHashMap<>(places);
        executable.keySet().removeIf(path -> PROSE.matcher(path).matches());
        return executable.isEmpty() ? places : executable;
    }

    private static void put(Map<String, Set<Integer>> places, String path, Set<Integer> lines) {
        if (!lines.isEmpty()) {
            places.put(path, lines);
        }
    }

    /// How often each line is gone from the files of the change.
    private Map<String, Integer> removed() {
        Map<String, Integer> count = new HashMap<>();
        for (ChangedFile file : subject.change()) {
            files.read(subject.base(), file.path()).ifPresent(text -> text.lines().forEach(line ->
                    count.merge(squeezed(line), 1, Integer::sum)));
            files.read(subject.candidate(), file.path()).ifPresent(text -> text.lines().forEach(line ->
                    count.merge(squeezed(line), -1, Integer::sum)));
            file.added().forEach(line -> count.merge(squeezed(line.text()), 1, Integer::sum));
        }
        return count;
    }

    private static boolean wasThere(Map<String, Integer> removed, String line) {
        if (removed.getOrDefault(line, 0) <= 0) {
            return false;
        }
        removed.merge(line, -1, Integer::sum);
        return true;
    }

    private static String squeezed(String line) {
        return line.replaceAll("\\s+", "");
    }
}
