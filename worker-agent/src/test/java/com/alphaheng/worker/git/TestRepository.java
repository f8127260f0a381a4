package com.alphaheng.worker.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A git repository made for a test.
public final class TestRepository {
    private static final Map<String, String> AUTHOR = Map.of("GIT_AUTHOR_NAME", "Test", "GIT_AUTHOR_EMAIL", "test@test",
            "GIT_COMMITTER_NAME", "Test", "GIT_COMMITTER_EMAIL", "test@test");

    private final Path folder;

    public TestRepository(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        git("init", "--quiet", "--initial-branch=main");
    }

    public Path folder() {
        return folder;
    }

    public void write(String file, String content) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    /// The id of a commit of everything there is.
    public String commit(String message) throws IOException {
        git("add", "--all");
        git("commit", "--quiet", "--allow-empty", "--message", message);
        return git("rev-parse", "HEAD");
    }

    public String git(String... arguments) throws IOException {
        GitCommand.Result result = GitCommand.run(folder, List.of(arguments), AUTHOR, "");
        if (!result.ok()) {
            throw new IllegalStateException(String.join(" ", arguments) + ": " + result.text());
        }
        return result.text();
    }
}
