package com.alphaheng.worker.git;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Commits as `git log` tells them, and which of them took others back.
final class GitLog {
    /// As `git revert` itself says it, so that both are understood.
    static final String TAKES_BACK = "This reverts commit ";

    /// What [#read] reads.
    static final String FORMAT = "--format=%x00%H %P%n%B%x00";

    private static final Pattern TAKEN_BACK = Pattern.compile(TAKES_BACK + "([0-9a-f]{40,64})\\b.*");

    private GitLog() {
    }

    /// @param parents none of the first commit of all
    /// @param patch   empty unless git was asked for it
    record Entry(String commit, List<String> parents, List<String> message, String patch) {
        /// The commits that it says it takes back.
        List<String> takesBack() {
            return message.stream().map(TAKEN_BACK::matcher).filter(Matcher::matches).map(named -> named.group(1))
                    .toList();
        }
    }

    /// Entries in git's order.
    static List<Entry> read(String said) {
        List<Entry> entries = new ArrayList<>();
        String[] parts = said.split("\0");
        for (int i = 1; i < parts.length; i += 2) {
            List<String> lines = parts[i].lines().toList();
            List<String> ids = List.of(lines.getFirst().split(" "));
            entries.add(new Entry(ids.getFirst(), ids.subList(1, ids.size()), lines.subList(1, lines.size()),
                    i + 1 < parts.length ? parts[i + 1] : ""));
        }
        return entries;
    }

    /// The commits that later ones have taken back. What was taken back takes nothing back itself.
    static Set<String> undone(List<Entry> newestFirst) {
        Set<String> undone = new HashSet<>();
        newestFirst.stream().filter(entry -> !undone.contains(entry.commit())).forEach(entry ->
                undone.addAll(entry.takesBack()));
        return undone;
    }
}
