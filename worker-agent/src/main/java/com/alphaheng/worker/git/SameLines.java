package com.alphaheng.worker.git;

import com.alphaheng.worker.git.GitLog.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds what was built on a change: follows the lines that it left through later commits, and sees which of these
/// changed them, or lines next to them, as git does when it finds a conflict.
final class SameLines {
    private static final Pattern HUNK = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@.*");
    private static final Lines WHOLE_FILE = new Lines(0, Integer.MAX_VALUE / 2);

    /// Of each file, by git's own line about it.
    private final Map<String, List<Lines>> followed = new HashMap<>();

    private SameLines() {
    }

    /// From `start` up to, and without, `end`.
    private record Lines(int start, int end) {
        boolean touches(Lines other) {
            return start <= other.end && other.start <= end;
        }

        int count() {
            return end - start;
        }
    }

    private record Hunk(Lines before, Lines after) {
        int growth() {
            return after.count() - before.count();
        }
    }

    /// The commits that changed the lines of the first one, the newest first; all of them if that is not a matter of
    /// lines. Those that were taken back are left out, with what took them back.
    ///
    /// @param oldestFirst with patches without context, of the files in question only
    static List<Entry> changedSince(List<Entry> oldestFirst) {
        SameLines lines = new SameLines();
        hunks(oldestFirst.getFirst().patch()).forEach((file, hunks) -> lines.followed.put(file,
                hunks.stream().map(Hunk::after).toList()));
        List<Entry> later = standing(oldestFirst.subList(1, oldestFirst.size()).reversed());
        Set<Entry> touching = oldestFirst.stream().skip(1).filter(lines::follow).collect(Collectors.toSet());
        List<Entry> found = later.stream().filter(touching::contains).toList();
        return found.isEmpty() ? later : found;
    }

    private static List<Entry> standing(List<Entry> newestFirst) {
        Set<String> undone = GitLog.undone(newestFirst);
        Set<String> here = newestFirst.stream().map(Entry::commit).collect(Collectors.toSet());
        return newestFirst.stream().filter(entry -> !undone.contains(entry.commit())
                && entry.takesBack().stream().noneMatch(here::contains)).toList();
    }

    /// Moves what is followed to where it is after a commit; true if that changed it.
    private boolean follow(Entry commit) {
        boolean touched = false;
        for (Map.Entry<String, List<Hunk>> file : hunks(commit.patch()).entrySet()) {
            List<Lines> moved = new ArrayList<>();
            for (Lines lines : followed.getOrDefault(file.getKey(), List.of())) {
                List<Hunk> touching = file.getValue().stream().filter(hunk -> hunk.before.touches(lines)).toList();
                touched |= !touching.isEmpty();
                moved.add(moved(lines, file.getValue(), touching));
            }
            followed.put(file.getKey(), moved);
        }
        return touched;
    }

    private static Lines moved(Lines lines, List<Hunk> hunks, List<Hunk> touching) {
        int start = lines.start;
        int end = lines.end;
        for (Hunk hunk : touching) {
            start = Math.min(start, hunk.before.start);
            end = Math.max(end, hunk.before.end);
        }
        int above = hunks.stream().filter(hunk -> hunk.before.end < lines.start).mapToInt(Hunk::growth).sum();
        return new Lines(start + above, end + above + touching.stream().mapToInt(Hunk::growth).sum());
    }

    private static Map<String, List<Hunk>> hunks(String patch) {
        Map<String, List<Hunk>> files = new HashMap<>();
        List<Hunk> current = new ArrayList<>();
        for (String line : patch.split("\n")) {
            Matcher hunk = HUNK.matcher(line);
            if (line.startsWith("diff ")) {
                current = files.computeIfAbsent(line, _ -> new ArrayList<>());
            } else if (line.startsWith("Binary files ")) {
                current.add(new Hunk(WHOLE_FILE, WHOLE_FILE));
            } else if (hunk.matches()) {
                current.add(new Hunk(lines(hunk.group(1), hunk.group(2)), lines(hunk.group(3), hunk.group(4))));
            }
        }
        return files;
    }

    /// Of no lines, git names the one before.
    private static Lines lines(String first, String count) {
        int start = Integer.parseInt(first);
        int lines = count == null ? 1 : Integer.parseInt(count);
        return lines == 0 ? new Lines(start + 1, start + 1) : new Lines(start, start + lines);
    }
}
