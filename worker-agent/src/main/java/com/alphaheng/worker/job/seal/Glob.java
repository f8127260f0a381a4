package com.alphaheng.worker.job.seal;

import java.util.List;
import java.util.regex.Pattern;

/// Globs over repository paths: `**` any folders, `*` within one name, `?` one character.
public final class Glob {
    private Glob() {
    }

    public static boolean anyMatches(List<String> globs, String path) {
        return globs.stream().anyMatch(glob -> compile(glob).matcher(path).matches());
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i += 1;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE);
    }
}
