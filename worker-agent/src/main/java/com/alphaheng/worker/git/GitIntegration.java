package com.alphaheng.worker.git;

import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.Integration;
import com.alphaheng.worker.job.seal.ChangedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The branch `heng/CAMPAIGN` of the source repository. Moving it is one compare-and-swap push, so any number of
/// workers may try: the branch itself is the merge train's order.
public final class GitIntegration implements Integration {
    private static final Map<String, String> IDENTITY = Map.of("GIT_AUTHOR_NAME", "AlphaHENG worker",
            "GIT_AUTHOR_EMAIL", "worker@alphaheng.invalid", "GIT_COMMITTER_NAME", "AlphaHENG worker",
            "GIT_COMMITTER_EMAIL", "worker@alphaheng.invalid");

    private final GitCheckouts checkouts;

    public GitIntegration(GitCheckouts checkouts) {
        this.checkouts = checkouts;
    }

    @Override
    public String tip(String campaign, Optional<String> commit) throws EnvironmentFailure {
        return checkouts.locate(List.of("refs/heads/" + branch(campaign), commit.orElse(GitMirror.SOURCE_HEAD)));
    }

    @Override
    public List<Merged> merged(String tip, Optional<String> after, String line) throws EnvironmentFailure {
        try {
            List<String> log = new ArrayList<>(List.of("log", "--first-parent", "--fixed-strings", "--grep=" + line,
                    "--grep=" + GitLog.TAKES_BACK, GitLog.FORMAT, tip));
            if (after.isPresent()) {
                checkouts.mirror().resolve(after.get()).ifPresent(known -> log.add("^" + known));
            }
            List<GitLog.Entry> entries = GitLog.read(must(GitCommand.run(checkouts.mirror().folder(), log)).text());
            Set<String> undone = GitLog.undone(entries);
            List<Merged> found = new ArrayList<>();
            for (GitLog.Entry entry : entries) {
                if (entry.message().contains(line) && !entry.parents().isEmpty() && !undone.contains(entry.commit())
                        && !isUndone(entry.commit(), tip)) {
                    found.add(new Merged(entry.parents().getFirst(), entry.commit()));
                }
            }
            return found;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Whether somebody took a change back without saying so.
    private boolean isUndone(String commit, String tip) throws EnvironmentFailure {
        try (Checkout tree = checkouts.checkout("undone", Optional.of(tip))) {
            return takeBack(tree.folder(), commit) instanceof TakenBack.Already;
        }
    }

    @Override
    public TakenBack takeBack(Path checkout, String commit) throws EnvironmentFailure {
        try {
            if (!GitCommand.run(checkout, List.of("merge-base", "--is-ancestor", commit, "HEAD")).ok()) {
                return new TakenBack.Refused("it is not among what led to the commit that is checked out");
            }
            GitCommand.Result reverted = GitCommand.run(checkout, List.of("revert", "--no-commit", commit));
            if (reverted.ok()) {
                return GitCommand.run(checkout, List.of("diff", "--cached", "--quiet", "HEAD")).ok()
                        ? new TakenBack.Already() : new TakenBack.Done();
            }
            List<String> files = must(GitCommand.run(checkout, List.of("diff", "--name-only", "-z",
                    "--diff-filter=U"))).text().transform(GitIntegration::names);
            if (files.isEmpty()) {
                return new TakenBack.Refused(GitCommand.lastLine(reverted.text()));
            }
            return new TakenBack.BuiltOn(files, onTop(checkout, commit, files));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Who changed the same lines of these files since; nobody, where the branch did not come straight from the commit.
    private List<Later> onTop(Path checkout, String commit, List<String> files)
            throws EnvironmentFailure, IOException {
        List<String> log = new ArrayList<>(List.of("log", "--first-parent", "--reverse", "--no-renames",
                "--no-ext-diff", "--no-textconv", "--unified=0", GitLog.FORMAT, commit + "^..HEAD", "--"));
        files.forEach(file -> log.add(":(top,literal)" + file));
        List<GitLog.Entry> entries = GitLog.read(must(GitCommand.run(checkout, log)).text());
        return entries.isEmpty() || !entries.getFirst().commit().equals(commit) ? List.of()
                : SameLines.changedSince(entries).stream().map(entry -> new Later(entry.commit(),
                entry.message().getFirst(), entry.message().stream().anyMatch(line -> line.startsWith(TASK_MARK))))
                .toList();
    }

    private static List<String> names(String separated) {
        return separated.isEmpty() ? List.of() : List.of(separated.split("\0"));
    }

    @Override
    public Optional<String> record(Path checkout, String base, String message) throws EnvironmentFailure {
        try {
            must(GitCommand.run(checkout, List.of("add", "--all"), IDENTITY, ""));
            String tree = must(GitCommand.run(checkout, List.of("write-tree"))).text();
            if (tree.equals(must(GitCommand.run(checkout, List.of("rev-parse", base + "^{tree}"))).text())) {
                return Optional.empty();
            }
            // One plain commit on the base, whatever an agent has committed, merged or rewritten by itself.
            return Optional.of(must(GitCommand.run(checkout, List.of("commit-tree", tree, "-p", base, "-F", "-"),
                    IDENTITY, message)).text());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public List<ChangedFile> changes(String base, String candidate) throws EnvironmentFailure {
        try {
            return GitChanges.between(checkouts.mirror().folder(), base, candidate);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public Rebased rebase(String candidate, String onto) throws EnvironmentFailure {
        try (Checkout tree = checkouts.checkout("rebase", Optional.of(onto))) {
            GitCommand.Result picked = GitCommand.run(tree.folder(), List.of("cherry-pick", "--allow-empty",
                    "--keep-redundant-commits", candidate), IDENTITY, "");
            if (picked.ok()) {
                return new Rebased.Clean(must(GitCommand.run(tree.folder(), List.of("rev-parse", "HEAD"))).text());
            }
            String files = GitCommand.run(tree.folder(), List.of("diff", "--name-only", "--diff-filter=U")).text();
            return new Rebased.Conflict(files.isEmpty() ? List.of(picked.text()) : files.lines().toList());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    @Override
    public boolean advance(String campaign, String expected, String next) throws EnvironmentFailure {
        String reference = "refs/heads/" + branch(campaign);
        try {
            GitMirror mirror = checkouts.mirror();
            boolean exists = !must(GitCommand.run(mirror.folder(), List.of("ls-remote", "--", mirror.source(),
                    reference))).text().isEmpty();
            GitCommand.Result pushed = GitCommand.run(mirror.folder(), List.of("push", "--quiet",
                    "--force-with-lease=" + reference + ":" + (exists ? expected : ""), "--", mirror.source(),
                    next + ":" + reference));
            if (!pushed.ok() && !pushed.text().contains("stale info") && !pushed.text().contains("rejected")) {
                must(pushed);
            }
            return pushed.ok();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static String branch(String campaign) {
        return "heng/" + campaign.replaceAll("[^A-Za-z0-9._-]", "_");
    }

    private GitCommand.Result must(GitCommand.Result result) throws EnvironmentFailure {
        if (!result.ok()) {
            EnvironmentFailure failure = checkouts.mirror().failure(result);
            throw failure.code() == Code.DISK_FULL ? failure : new EnvironmentFailure(Code.SOURCE_UNREACHABLE,
                    "git failed: " + result.text(), "check the source repository and this user's right to push to it");
        }
        return result;
    }

    private static EnvironmentFailure broken(IOException e) {
        return new EnvironmentFailure(Code.NO_GIT, "git cannot be run (" + e.getMessage() + ")", "install git", e);
    }
}
