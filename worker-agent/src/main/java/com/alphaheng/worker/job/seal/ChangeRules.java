package com.alphaheng.worker.job.seal;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The rules that need only the change itself.
final class ChangeRules {
    private static final Set<String> PLAIN_MODES = Set.of("000000", "100644", "100755");
    private static final Pattern GIT_SETTINGS = Pattern.compile("(.*/)?\\.git(attributes|modules|ignore)?(/.*)?");
    private static final Pattern COMMENT = Pattern.compile("\\s*(//.*|/\\*.*\\*/|/\\*.*|\\*.*|#.*)?\\s*");
    /// Java reads these before it does anything else, also inside comments.
    private static final Pattern UNICODE_ESCAPE = Pattern.compile("\\\\u+[0-9a-fA-F]{4}");

    private ChangeRules() {
    }

    static Optional<Rejection> check(List<ChangedFile> change, SealPolicy policy, List<String> touches) {
        for (ChangedFile file : change) {
            Optional<Rejection> path = checkPath(file, policy, touches);
            if (path.isPresent()) {
                return path;
            }
        }
        for (ChangedFile file : change) {
            for (AddedLine line : file.added()) {
                String code = plain(line.text());
                for (String forbidden : policy.forbidden()) {
                    if (Pattern.compile(forbidden).matcher(code).find()) {
                        return Optional.of(new Rejection(SealRule.FORBIDDEN_CALL, file.path() + ":" + line.number()
                                + " has `" + line.text().strip() + "`"));
                    }
                }
            }
        }
        boolean anything = change.stream().anyMatch(file -> file.deleted() || file.oldMode().equals("000000")
                || file.added().isEmpty() || file.added().stream().anyMatch(line -> isCode(line.text())));
        return anything ? Optional.empty() : Optional.of(new Rejection(SealRule.NO_CHANGE, "nothing is left of it"));
    }

    /// Escapes turned into the characters they stand for, so that a forbidden word cannot hide in one.
    private static String plain(String text) {
        return UNICODE_ESCAPE.matcher(text).replaceAll(match -> java.util.regex.Matcher.quoteReplacement(
                String.valueOf((char) Integer.parseInt(match.group().replaceAll("\\\\u+", ""), 16))));
    }

    static boolean isCode(String line) {
        return !COMMENT.matcher(line).matches();
    }

    private static Optional<Rejection> checkPath(ChangedFile file, SealPolicy policy, List<String> touches) {
        String path = file.path();
        if (Glob.anyMatches(policy.guarded(), path)) {
            return Optional.of(new Rejection(SealRule.PROTECTED_PATH, path));
        }
        boolean modeChanged = !file.oldMode().equals("000000") && !file.deleted()
                && !file.oldMode().equals(file.newMode());
        if (!PLAIN_MODES.contains(file.newMode()) || modeChanged || file.binary()
                || GIT_SETTINGS.matcher(path).matches()) {
            return Optional.of(new Rejection(SealRule.ODD_FILE, path + " (mode " + file.newMode() + ")"));
        }
        List<List<String>> limits = new ArrayList<>(List.of(policy.editable(), touches));
        limits.removeIf(List::isEmpty);
        return limits.stream().allMatch(globs -> Glob.anyMatches(globs, path)) ? Optional.empty()
                : Optional.of(new Rejection(SealRule.OUTSIDE_EDITABLE, path));
    }
}
