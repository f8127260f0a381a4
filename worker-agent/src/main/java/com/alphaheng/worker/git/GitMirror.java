package com.alphaheng.worker.git;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The bare copy of the source that checkouts are made from, and what a crash or a bad disk does to it: locks that
/// nobody holds, files that are cut off. It holds nothing that the source has not, but for changes being judged: what
/// cannot be mended is cloned anew.
final class GitMirror {
    /// Where the mirror keeps the source's own HEAD.
    static final String SOURCE_HEAD = "refs/heng/source-head";

    private static final Duration CLONE_PATIENCE = Duration.ofHours(1);
    /// As git says it with `LC_ALL=C`.
    private static final List<String> DAMAGE = List.of("not a git repository", "is corrupt", "does not match index",
            "unable to read tree", "is too small", "bad object", "bad tree object", "unterminated line",
            "unexpected line", "bad config line", "invalid reference", "did not send all necessary objects",
            "inflate:", "object file", "cannot be accessed", "invalid object name");

    private final Path folder;
    private final String source;
    private final Duration oldLock;

    /// @param folder  of the mirror
    /// @param source  URL or path of the repository
    /// @param oldLock a lock that old is nobody's any more; git itself holds those of the mirror for milliseconds
    GitMirror(Path folder, String source, Duration oldLock) {
        this.folder = folder;
        this.source = source;
        this.oldLock = oldLock;
    }

    /// The mirror's files are not what git wrote.
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String said) {
            super(said);
        }
    }

    Path folder() {
        return folder;
    }

    String source() {
        return source;
    }

    /// Makes it if it is not there.
    void cloneOnce() throws EnvironmentFailure, IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.getParent());
            Files.move(cloned(), folder);
        }
    }

    /// Replaces it by a new clone; nothing may be checked out of it.
    void cloneAnew() throws EnvironmentFailure, IOException {
        Path fresh = cloned();
        FolderTree.remove(folder);
        Files.move(fresh, folder);
    }

    private Path cloned() throws EnvironmentFailure, IOException {
        Path fresh = folder.resolveSibling(folder.getFileName() + ".new");
        FolderTree.remove(fresh);
        GitCommand.Result cloned = GitCommand.run(folder.getParent(), List.of("clone", "--bare", "--quiet", "--",
                source, fresh.toString()), CLONE_PATIENCE);
        if (!cloned.ok()) {
            FolderTree.remove(fresh);
            throw failure(cloned);
        }
        return fresh;
    }

    void fetch() throws EnvironmentFailure, IOException, Damaged {
        must(List.of("fetch", "--quiet", "--force", "--prune", "--", source, "+refs/heads/*:refs/heads/*",
                "+refs/tags/*:refs/tags/*", "+HEAD:" + SOURCE_HEAD));
    }

    /// The commit of this name, fetched if need be.
    String fetched(Optional<String> commit) throws EnvironmentFailure, IOException, Damaged {
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
            GitCommand.run(folder, List.of("fetch", "--quiet", "--", source, wanted));
            found = resolve(wanted);
        }
        return found.orElseThrow(() -> new EnvironmentFailure(Code.NO_SUCH_COMMIT, "commit " + wanted + " is not in "
                + source, "push it there, or submit with a commit that is"));
    }

    Optional<String> resolve(String name) throws IOException {
        GitCommand.Result result = GitCommand.run(folder,
                List.of("rev-parse", "--quiet", "--verify", "--end-of-options", name + "^{commit}"));
        return result.ok() ? Optional.of(result.text()) : Optional.empty();
    }

    /// Runs git in the mirror while nobody else changes it. A lock in the way is waited for, then removed.
    void must(List<String> arguments) throws EnvironmentFailure, IOException, Damaged {
        GitCommand.Result result = GitCommand.run(folder, arguments);
        long end = System.nanoTime() + oldLock.multipliedBy(2).toNanos();
        while (!result.ok() && isLocked(result) && (removeLocks(oldLock) > 0 || System.nanoTime() - end < 0)) {
            pause();
            result = GitCommand.run(folder, arguments);
        }
        if (result.ok()) {
            return;
        }
        String said = result.text();
        if (!said.contains("No space left on device") && DAMAGE.stream().anyMatch(said::contains)) {
            throw new Damaged(said);
        }
        throw failure(result);
    }

    private static boolean isLocked(GitCommand.Result result) {
        return result.text().contains("File exists") && result.text().contains("lock");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Removes what git left half done, of which nothing runs any more.
    void removeHalfDone() throws IOException {
        FolderTree.remove(folder.resolveSibling(folder.getFileName() + ".new"));
        removeLocks(Duration.ZERO);
        for (Path path : find(folder.resolve("objects"), path -> path.getFileName().toString().startsWith("tmp_"))) {
            FolderTree.remove(path);
        }
    }

    /// How many there were.
    private int removeLocks(Duration age) throws IOException {
        int removed = 0;
        Instant newest = Instant.now().minus(age);
        // Those of worktrees belong to whoever works in them.
        Path worktrees = folder.resolve("worktrees");
        for (Path lock : find(folder, path -> path.toString().endsWith(".lock") && !path.startsWith(worktrees))) {
            if (!Files.getLastModifiedTime(lock).toInstant().isAfter(newest)) {
                Files.deleteIfExists(lock);
                removed++;
            }
        }
        return removed;
    }

    private static List<Path> find(Path root, Predicate<Path> wanted) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(root)) {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return visit(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    visit(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE; // It has gone meanwhile.
                }

                private boolean visit(Path path) {
                    return wanted.test(path) && found.add(path);
                }
            });
        }
        return found;
    }

    /// What to do about what git says.
    EnvironmentFailure failure(GitCommand.Result result) {
        String text = result.text();
        Path work = folder.getParent();
        if (text.contains("No space left on device")) {
            return new EnvironmentFailure(Code.DISK_FULL, "no space left under " + work,
                    "free some, or name another folder with heng.worker.folder");
        }
        if (text.contains("Permission denied") && !text.contains("publickey")) {
            return new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "git may not write under " + work
                    + " or read " + source, "give this user the folders (" + GitCommand.lastLine(text) + ")");
        }
        if (text.contains("dubious ownership")) {
            return new EnvironmentFailure(Code.SOURCE_UNREACHABLE, source + " belongs to another user",
                    "run `git config --global --add safe.directory " + source + "` as the worker's user");
        }
        return new EnvironmentFailure(Code.SOURCE_UNREACHABLE, "git cannot read the source repository " + source,
                "check heng.worker.source and this user's access to it (" + GitCommand.lastLine(text) + ")");
    }

    /// The mirror is damaged, and in use.
    EnvironmentFailure failure(Damaged damaged) {
        return new EnvironmentFailure(Code.MIRROR_DAMAGED, "the mirror " + folder + " is damaged",
                "it is cloned anew as soon as no other attempt uses it; if that happens again, look after the disk ("
                + GitCommand.lastLine(damaged.getMessage()) + ")", damaged);
    }
}
