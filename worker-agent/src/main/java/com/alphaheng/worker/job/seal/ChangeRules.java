package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The rules that need only the change itself.
final class ChangeRules {
    private static final Set<String> PLAIN_MODES = Set.of("000000", "100644", "100755");
    private static final Pattern GIT_SETTINGS = Pattern.compile("(.*/)?\\.git(attributes|modules|ignore)?(/.*)?",
            Pattern.CASE_INSENSITIVE);
    /// Marks that turn the direction of writing, that nobody sees, or that end a line for the compiler only: a reader
    /// is shown another text.
    private static final Pattern UNSEEN = Pattern.compile("[\\u202A-\\u202E\\u2066-\\u2069\\u200B-\\u200F"
            + "\\u2060-\\u2064\\uFEFF\\u00AD\\u0000-\\u0008\\u000E-\\u001F]|\\r(?!$)");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s+([\\w.\\s]+?)\\s*;");

    private ChangeRules() {
    }

    /// @param contents of the changed files, as they are after the change
    static Optional<Rejection> check(List<ChangedFile> change, SealPolicy policy, List<String> touches,
                                     UnaryOperator<String> contents) {
        Optional<Rejection> broken = first(change, file -> checkPath(file, policy, touches))
                .or(() -> first(change, ChangeRules::checkMarks));
        if (broken.isPresent()) {
            return broken;
        }
        boolean anything = false;
        for (ChangedFile file : change) {
            if (file.deleted() || file.oldMode().equals("000000") || file.added().isEmpty()) {
                anything = true;
            }
            if (!file.deleted() && !file.added().isEmpty()) {
                PlainCode code = PlainCode.of(file.path(), contents.apply(file.path()));
                Set<Integer> added = file.addedLines();
                Optional<Rejection> word = checkPackage(file, policy, code)
                        .or(() -> checkWords(file, policy, code, added));
                if (word.isPresent()) {
                    return word;
                }
                anything |= code.codeLines().stream().anyMatch(added::contains);
            }
        }
        return anything ? Optional.empty() : Optional.of(new Rejection(SealRule.NO_CHANGE, "nothing is left of it"));
    }

    private static Optional<Rejection> first(List<ChangedFile> change,
                                             Function<ChangedFile, Optional<Rejection>> rule) {
        return change.stream().flatMap(file -> rule.apply(file).stream()).findFirst();
    }

    /// A class belongs to the folder that it lies in, or what may be edited could name itself into what may not.
    private static Optional<Rejection> checkPackage(ChangedFile file, SealPolicy policy, PlainCode code) {
        if (!file.path().endsWith(".java") || policy.editable().isEmpty()) {
            return Optional.empty();
        }
        String folder = file.path().contains("/") ? file.path().substring(0, file.path().lastIndexOf('/')) : "";
        return code.first(PACKAGE).map(name -> name.replaceAll("\\s", ""))
                .filter(name -> !("/" + folder).endsWith("/" + name.replace('.', '/')))
                .map(name -> new Rejection(SealRule.OUTSIDE_EDITABLE, file.path() + " names itself into " + name));
    }

    private static Optional<Rejection> checkWords(ChangedFile file, SealPolicy policy, PlainCode code,
                                                  Set<Integer> added) {
        for (Pattern word : ForbiddenWords.of(policy.forbidden(), file.path())) {
            Optional<Integer> line = code.find(word, added);
            if (line.isPresent()) {
                return Optional.of(new Rejection(SealRule.FORBIDDEN_CALL, file.path() + ":" + line.get() + " has `"
                        + file.text(line.get()).strip() + "`"));
            }
        }
        return Optional.empty();
    }

    private static Optional<Rejection> checkMarks(ChangedFile file) {
        return file.added().stream().filter(line -> UNSEEN.matcher(line.text()).find()).findFirst()
                .map(line -> new Rejection(SealRule.ODD_FILE, file.path() + ":" + line.number()
                        + " has characters that nobody sees"));
    }

    private static Optional<Rejection> checkPath(ChangedFile file, SealPolicy policy, List<String> touches) {
        String path = file.path();
        if (Glob.anyMatches(policy.guarded(), path)) {
            return Optional.of(new Rejection(SealRule.PROTECTED_PATH, path));
        }
        if (PythonLibrary.isHiddenBy(file, policy.guarded()) && !touches.contains(path)) {
            return Optional.of(new Rejection(SealRule.PROTECTED_PATH, path + " takes the place of a module of Python's"
                    + " own library"));
        }
        boolean modeChanged = !file.oldMode().equals("000000") && !file.deleted()
                && !file.oldMode().equals(file.newMode());
        if (!PLAIN_MODES.contains(file.newMode()) || modeChanged || file.binary()
                || GIT_SETTINGS.matcher(Glob.folded(path)).matches()) {
            return Optional.of(new Rejection(SealRule.ODD_FILE, path + " (mode " + file.newMode() + ")"));
        }
        List<List<String>> limits = new ArrayList<>(List.of(policy.editable(), touches));
        limits.removeIf(List::isEmpty);
        return limits.stream().allMatch(globs -> Glob.anyMatches(globs, path)) ? Optional.empty()
                : Optional.of(new Rejection(SealRule.OUTSIDE_EDITABLE, path));
    }
}
