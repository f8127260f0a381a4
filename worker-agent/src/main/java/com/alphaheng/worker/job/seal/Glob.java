package com.alphaheng.worker.job.seal;

import java.text.Normalizer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Globs over repository paths: `**` any folders, `*` within one name, `?` one character. Paths that a file system
/// takes for one are one here, too: without regard to case, to how an accent is composed, to look-alikes such as the
/// long s, and to characters that nobody sees.
public final class Glob {
    private static final Pattern UNSEEN = Pattern.compile("\\p{Cf}");

    private static final Map<String, Pattern> COMPILED = new ConcurrentHashMap<>();

    private Glob() {
    }

    public static boolean anyMatches(List<String> globs, String path) {
        String folded = folded(path);
        return globs.stream().anyMatch(glob -> COMPILED.computeIfAbsent(glob, Glob::compile).matcher(folded).matches());
    }

    /// As a disk may take it: one of all the paths that mean the same file.
    static String folded(String path) {
        return UNSEEN.matcher(Normalizer.normalize(path, Normalizer.Form.NFKC)).replaceAll("");
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
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }
}
