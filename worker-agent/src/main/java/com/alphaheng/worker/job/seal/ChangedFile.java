package com.alphaheng.worker.job.seal;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// One file of a change.
///
/// @param oldMode git's mode, `000000` if the file is new
/// @param newMode git's mode, `000000` if the file is deleted
/// @param binary  git takes it for no text
/// @param added   lines that were added or replaced
public record ChangedFile(String path, String oldMode, String newMode, boolean binary, List<AddedLine> added) {
    public ChangedFile {
        added = List.copyOf(added);
    }

    /// @param number in the new file, from 1
    public record AddedLine(int number, String text) {
    }

    boolean deleted() {
        return newMode.equals("000000");
    }

    /// The numbers of the lines that were added.
    Set<Integer> addedLines() {
        return added.stream().map(AddedLine::number).collect(Collectors.toUnmodifiableSet());
    }

    /// The text of an added line.
    String text(int number) {
        return added.stream().filter(line -> line.number() == number).findFirst().map(AddedLine::text).orElse("");
    }
}
