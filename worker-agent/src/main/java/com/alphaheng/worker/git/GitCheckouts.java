package com.alphaheng.worker.git;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.Checkouts;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// A bare mirror of the source repository, and worktrees of it. Owns the folders `mirror.git` and `checkouts`.
public final class GitCheckouts implements Checkouts {
    /// Where the mirror keeps the source's own HEAD.
    static final String SOURCE_HEAD = "refs/heng/source-head";

    private final Path mirror;
    private final Path trees;
    private final String source;
    /// Git guards its own files, but two of `fetch`, `worktree add` and `prune` at once fail instead of waiting.
    private final ReentrantLock lock = new ReentrantLock();

    /// @param folder the worker's own folder
    /// @param source URL or path of the repository
    public GitCheckouts(Path folder, String source) {
        this.mirror = folder.resolve("mirror.git");
        this.trees = folder.resolve("checkouts");
        this.source = source;
    }

    /// The commit at the HEAD of a source, asked now.
    ///
    /// @throws EnvironmentFailure if it cannot be read, or git is missing
    public static String headOf(String source) throws EnvironmentFailure {
        try {
            GitCommand.Result head = GitCommand.run(Path.of("").toAbsolutePath(), List.of("ls-remote", "--", source,
                    "HEAD"));
            if (!head.ok() || head.text().isEmpty()) {
                throw new EnvironmentFailure(Code.SOURCE_UNREACHABLE, "git cannot read a commit of " + source,
                        "check heng.worker.source and this user's access to it (" + lastLine(head.text()) + ")");
            }
            return head.text().split("\\s")[0];
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.NO_GIT, "there is no git on this worker's PATH",
                    "install it (macOS: xcode-select --install; Debian: apt-get install git)", e);
        }
    }

    /// Removes the checkouts that a killed worker process left.
    public int removeLeftovers() {
        try {
            Files.createDirectories(trees);
            try (var entries = Files.list(trees)) {
                List<Path> left = entries.toList();
                left.forEach(FolderTree::remove);
                if (Files.isDirectory(mirror)) {
                    GitCommand.run(mirror, List.of("worktree", "prune"));
                    // Never while attempts run: candidates belong to no branch.
                    GitCommand.run(mirror, List.of("-c", "gc.auto=6700", "-c", "gc.autoDetach=false", "gc", "--auto",
                            "--quiet"));
                }
                return left.size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Checkout checkout(String label, Optional<String> commit) throws EnvironmentFailure {
        lock.lock();
        try {
            String wanted = fetched(commit);
            Files.createDirectories(trees);
            String name = label.replaceAll("[^A-Za-z0-9._-]", "_");
            name = name.substring(0, Math.min(name.length(), 80)) + "-" + UUID.randomUUID().toString().substring(0, 8);
            Path tree = trees.resolve(name);
            GitCommand.Result added = GitCommand.run(mirror, List.of("worktree", "add", "--detach", "--force",
                    tree.toString(), wanted));
            if (!added.ok()) {
                FolderTree.remove(tree);
                throw failure(added);
            }
            return new Worktree(tree, wanted);
        } catch (IOException e) {
            throw noGit(e);
        } finally {
            lock.unlock();
        }
    }

    /// The mirror's folder, for what reads or writes commits directly. Exists once something was checked out.
    Path mirror() {
        return mirror;
    }

    String source() {
        return source;
    }

    /// The first of these names that the source has, asked anew.
    String locate(List<String> names) throws EnvironmentFailure {
        lock.lock();
        try {
            cloneOnce();
            fetch();
            for (String name : names) {
                Optional<String> found = resolve(name);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            return fetched(Optional.of(names.getLast()));
        } catch (IOException e) {
            throw noGit(e);
        } finally {
            lock.unlock();
        }
    }

    private String fetched(Optional<String> commit) throws EnvironmentFailure, IOException {
        cloneOnce();
        if (commit.isPresent()) {
            Optional<String> known = resolve(commit.get());
            if (known.isPresent()) {
                return known.get();
            }
        }
        fetch();
        String wanted = commit.orElse(SOURCE_HEAD);
        Optional<String> found = resolve(wanted);
        if (found.isEmpty() && commit.isPresent()) {
            // A commit on no branch: most servers hand it out by its full id.
            GitCommand.run(mirror, List.of("fetch", "--quiet", "--", source, wanted));
            found = resolve(wanted);
        }
        return found.orElseThrow(() -> new EnvironmentFailure(Code.NO_SUCH_COMMIT, "commit " + wanted + " is not in "
                + source, "push it there, or submit with a commit that is"));
    }

    private void cloneOnce() throws EnvironmentFailure, IOException {
        if (Files.isDirectory(mirror)) {
            return;
        }
        Files.createDirectories(mirror.getParent());
        Path fresh = mirror.resolveSibling("mirror.git.new");
        FolderTree.remove(fresh);
        GitCommand.Result cloned = GitCommand.run(mirror.getParent(),
                List.of("clone", "--bare", "--quiet", "--", source, fresh.toString()));
        if (!cloned.ok()) {
            throw failure(cloned);
        }
        Files.move(fresh, mirror);
    }

    private void fetch() throws EnvironmentFailure, IOException {
        GitCommand.Result fetch = GitCommand.run(mirror, List.of("fetch", "--quiet", "--force", "--prune", "--", source,
                "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:" + SOURCE_HEAD));
        if (!fetch.ok()) {
            throw failure(fetch);
        }
    }

    private Optional<String> resolve(String name) throws IOException {
        GitCommand.Result result = GitCommand.run(mirror,
                List.of("rev-parse", "--quiet", "--verify", "--end-of-options", name + "^{commit}"));
        return result.ok() ? Optional.of(result.text()) : Optional.empty();
    }

    private EnvironmentFailure failure(GitCommand.Result result) {
        String text = result.text();
        if (text.contains("No space left on device")) {
            return new EnvironmentFailure(Code.DISK_FULL, "no space left under " + trees.getParent(),
                    "free some, or name another folder with heng.worker.folder");
        }
        if (text.contains("Permission denied") && !text.contains("publickey")) {
            return new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "git may not write under " + trees.getParent()
                    + " or read " + source, "give this user the folders (" + lastLine(text) + ")");
        }
        if (text.contains("dubious ownership")) {
            return new EnvironmentFailure(Code.SOURCE_UNREACHABLE, source + " belongs to another user",
                    "run `git config --global --add safe.directory " + source + "` as the worker's user");
        }
        return new EnvironmentFailure(Code.SOURCE_UNREACHABLE, "git cannot read the source repository " + source,
                "check heng.worker.source and this user's access to it (" + lastLine(text) + ")");
    }

    private static String lastLine(String text) {
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    private EnvironmentFailure noGit(IOException e) {
        boolean missing = e.getMessage() != null && e.getMessage().contains("Cannot run program \"git\"");
        return missing
                ? new EnvironmentFailure(Code.NO_GIT, "there is no git on this worker's PATH",
                "install it (macOS: xcode-select --install; Debian: apt-get install git)", e)
                : new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write under " + trees.getParent(),
                "give this user the folder, or name another with heng.worker.folder (" + e.getMessage() + ")", e);
    }

    private final class Worktree implements Checkout {
        private final Path folder;
        private final String commit;

        Worktree(Path folder, String commit) {
            this.folder = folder;
            this.commit = commit;
        }

        @Override
        public Path folder() {
            return folder;
        }

        @Override
        public String commit() {
            return commit;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                FolderTree.remove(folder);
                GitCommand.run(mirror, List.of("worktree", "prune"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                lock.unlock();
            }
        }
    }
}
