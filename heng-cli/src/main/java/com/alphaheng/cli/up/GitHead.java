package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The commit that tasks start from: what is checked out. Changes that are not committed are not part of it.
final class GitHead {
    private GitHead() {
    }

    static Optional<String> of(Path repository) {
        String head = git(repository, "rev-parse", "HEAD").orElseThrow(() -> CliException.unavailable(repository
                + " is no git repository with a commit: workers check sources out of git, so clone the repository"));
        if (!git(repository, "status", "--porcelain", "--untracked-files=no").orElse("").isEmpty()) {
            System.err.println("heng: uncommitted changes in " + repository + " are not part of what is tested");
        }
        return Optional.of(head);
    }

    private static Optional<String> git(Path repository, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String output = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            throw CliException.unavailable("git does not run (" + e.getMessage() + "): install it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
