package com.alphaheng.worker.git;

import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.Integration;
import com.alphaheng.worker.job.seal.ChangedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The branch `heng/CAMPAIGN` of the source repository. Moving it is one compare-and-swap push, so any number of
/// workers may try: the branch itself is the merge train's order.
public final class GitIntegration implements Integration {
    private static final Map<String, String> IDENTITY = Map.of("GIT_AUTHOR_NAME", "AlphaHENG worker",
            "GIT_AUTHOR_EMAIL", "worker@alphaheng.invalid", "GIT_COMMITTER_NAME", "AlphaHENG worker",
            "GIT_COMMITTER_EMAIL", "worker@alphaheng.invalid");

    /// As `git revert` itself says it, so that both are understood.
    private static final String TAKES_BACK = "This reverts commit ";
    private static final Pattern TAKEN_BACK = Pattern.compile(TAKES_BACK + "([0-9a-f]{40,64})\\b");

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
                    "--grep=" + TAKES_BACK, "--format=%H %P%n%B%x00", tip));
            if (after.isPresent()) {
                checkouts.mirror().resolve(after.get()).ifPresent(known -> log.add("^" + known));
            }
            String said = must(GitCommand.run(checkouts.mirror().folder(), log)).text();
            List<Merged> found = new ArrayList<>();
            Set<String> undone = new HashSet<>();
            for (String entry : said.split("\0")) {
                List<String> message = entry.strip().lines().toList();
                String[] commits = message.isEmpty() ? new String[0] : message.getFirst().split(" ");
                // What was taken back takes nothing back itself.
                if (commits.length > 1 && !undone.contains(commits[0])) {
                    message.stream().map(TAKEN_BACK::matcher).filter(Matcher::lookingAt)
                            .forEach(named -> undone.add(named.group(1)));
                    if (message.contains(line) && !isUndone(commits[0], tip)) {
                        found.add(new Merged(commits[1], commits[0]));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /// Whether taking a change back would change nothing: somebody did it without saying so.
    private boolean isUndone(String commit, String tip) throws EnvironmentFailure, IOException {
        if (commit.equals(tip)) {
            return false;
        }
        try (Checkout tree = checkouts.checkout("undone", Optional.of(tip))) {
            return GitCommand.run(tree.folder(), List.of("revert", "--no-commit", commit)).ok()
                    && GitCommand.run(tree.folder(), List.of("diff", "--cached", "--quiet", tip)).ok();
        }
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
