package com.alphaheng.worker.git;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.Checkouts;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// A bare mirror of the source repository, and worktrees of it. Owns the folders `mirror.git` and `checkouts`.
public final class GitCheckouts implements Checkouts {
    private static final Duration OLD_LOCK = Duration.ofSeconds(30);

    private final GitMirror mirror;
    private final Path trees;
    /// Git guards its own files, but two of `fetch`, `worktree add` and `prune` at once fail instead of waiting.
    private final ReentrantLock lock = new ReentrantLock();
    private int open;

    /// @param folder the worker's own folder
    /// @param source URL or path of the repository
    public GitCheckouts(Path folder, String source) {
        this(folder, source, OLD_LOCK);
    }

    /// @param oldLock a lock of the mirror that old is nobody's any more
    GitCheckouts(Path folder, String source, Duration oldLock) {
        this.mirror = new GitMirror(folder.resolve("mirror.git"), source, oldLock);
        this.trees = folder.resolve("checkouts");
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
                        "check heng.worker.source and this user's access to it (" + GitCommand.cause(head.text())
                        + ")");
            }
            return head.text().split("\\s")[0];
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.NO_GIT, "there is no git on this worker's PATH",
                    "install it (macOS: xcode-select --install; Debian: apt-get install git)", e);
        }
    }

    /// Removes the checkouts that a killed worker process left, and what its git left half done; none may run any more.
    public int removeLeftovers() {
        try {
            Files.createDirectories(trees);
            try (var entries = Files.list(trees)) {
                List<Path> left = entries.toList();
                left.forEach(FolderTree::remove);
                mirror.removeHalfDone();
                if (Files.isDirectory(mirror.folder())) {
                    GitCommand.run(mirror.folder(), List.of("worktree", "prune"));
                    // Never while attempts run: candidates belong to no branch.
                    GitCommand.run(mirror.folder(), List.of("-c", "gc.auto=6700", "-c", "gc.autoDetach=false", "gc",
                            "--auto", "--quiet"));
                }
                return left.size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Checkout checkout(String label, Optional<String> commit) throws EnvironmentFailure {
        return mended(() -> {
            String wanted = mirror.fetched(commit);
            Files.createDirectories(trees);
            String name = label.replaceAll("[^A-Za-z0-9._-]", "_");
            name = name.substring(0, Math.min(name.length(), 80)) + "-" + UUID.randomUUID().toString().substring(0, 8);
            Path tree = trees.resolve(name);
            boolean added = false;
            try {
                mirror.must(List.of("worktree", "add", "--detach", "--force", tree.toString(), wanted));
                added = true;
                open++;
                return new Worktree(tree, wanted);
            } finally {
                if (!added) {
                    FolderTree.remove(tree);
                    GitCommand.run(mirror.folder(), List.of("worktree", "prune"));
                }
            }
        });
    }

    /// The mirror, for what reads or writes commits directly. Exists once something was checked out.
    GitMirror mirror() {
        return mirror;
    }

    /// The first of these names that the source has, asked anew.
    String locate(List<String> names) throws EnvironmentFailure {
        return mended(() -> {
            mirror.cloneOnce();
            mirror.fetch();
            for (String name : names) {
                Optional<String> found = mirror.resolve(name);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            return mirror.fetched(Optional.of(names.getLast()));
        });
    }

    /// What is done with the mirror, by one thread at a time.
    @FunctionalInterface
    private interface Work<T> {
        T run() throws EnvironmentFailure, IOException, GitMirror.Damaged;
    }

    /// If the mirror proves to be damaged, it is cloned anew, unless something is checked out of it.
    private <T> T mended(Work<T> work) throws EnvironmentFailure {
        lock.lock();
        try {
            return work.run();
        } catch (GitMirror.Damaged damaged) {
            return again(work, damaged);
        } catch (IOException e) {
            throw noGit(e);
        } finally {
            lock.unlock();
        }
    }

    private <T> T again(Work<T> work, GitMirror.Damaged damaged) throws EnvironmentFailure {
        if (open > 0) {
            throw mirror.failure(damaged);
        }
        try {
            mirror.cloneAnew();
            return work.run();
        } catch (GitMirror.Damaged still) {
            throw mirror.failure(still);
        } catch (IOException e) {
            throw noGit(e);
        }
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
                open--;
                FolderTree.remove(folder);
                GitCommand.run(mirror.folder(), List.of("worktree", "prune"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                lock.unlock();
            }
        }
    }
}
