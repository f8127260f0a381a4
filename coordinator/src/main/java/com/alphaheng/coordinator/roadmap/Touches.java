package com.alphaheng.coordinator.roadmap;

import java.util.List;

/// Whether two sets of path globs could name the same file.
///
/// Compares what stands before the first wildcard: it may call two globs overlapping that are not (the tasks then
/// merely
/// run one after the other), never the reverse.
final class Touches {
    private Touches() {
    }

    static boolean overlap(List<String> some, List<String> others) {
        for (String glob : some) {
            for (String other : others) {
                String prefix = literalPrefix(glob);
                String otherPrefix = literalPrefix(other);
                if (prefix.startsWith(otherPrefix) || otherPrefix.startsWith(prefix)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String literalPrefix(String glob) {
        int end = 0;
        while (end < glob.length() && "*?[{".indexOf(glob.charAt(end)) < 0) {
            end++;
        }
        return glob.substring(0, end);
    }
}
