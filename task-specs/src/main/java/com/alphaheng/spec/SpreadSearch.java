package com.alphaheng.spec;

import com.alphaheng.spec.TuneSpec.Share;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A search spread over workers, as tasks: shares that only measure, round by round, and the search itself after them,
/// which enters the best. Leases, retries and barriers between rounds are those of any tasks and dependencies; with
/// fewer workers than shares these run one after another.
public final class SpreadSearch {
    /// Most workers of one search.
    public static final int MOST_WORKERS = 32;
    /// Most trials of a spread search: their results travel in one message.
    public static final int MOST_TRIALS = 1_000;

    private SpreadSearch() {
    }

    /// The name of the search that a task belongs to: its own, or that of which it is a share; empty for all tasks
    /// that are not spread over workers.
    public static Optional<String> of(TaskSpec task) {
        return task.tune().filter(tune -> task.kind() == TaskKind.TUNE && task.benchmark().isPresent())
                .flatMap(tune -> tune.share().map(Share::search)
                        .or(() -> tune.workers() > 1 ? Optional.of(task.name()) : Optional.empty()));
    }

    /// The tasks that a task as written stands for: itself alone, or its shares and then itself.
    public static List<TaskSpec> expand(TaskSpec task) {
        if (of(task).isEmpty()) {
            return List.of(task);
        }
        List<TaskSpec> tasks = new ArrayList<>();
        // Each on all before it, not only on the last round: if one of them is measured again, all that follows waits.
        Set<String> before = new LinkedHashSet<>(task.dependencies());
        List<Integer> rounds = rounds(task.tune().orElseThrow());
        for (int round = 1; round <= rounds.size(); round++) {
            int shares = rounds.get(round - 1);
            List<String> barrier = List.copyOf(before);
            for (int index = 1; index <= shares; index++) {
                TaskSpec share = share(task, barrier, new Share(task.name(), round, index, shares), rounds.size());
                tasks.add(share);
                before.add(share.name());
            }
        }
        tasks.add(task.after(List.copyOf(before)));
        return tasks;
    }

    /// How many shares each round has: no more than could have a configuration to measure.
    private static List<Integer> rounds(TuneSpec tune) {
        int left = mostAtOnce(tune);
        List<Integer> rounds = new ArrayList<>(List.of(Math.min(tune.workers(), left)));
        if (tune.search() == TuneSpec.Search.HALVING) {
            for (left /= 2; left > 1; left /= 2) {
                rounds.add(Math.min(tune.workers(), left));
            }
        }
        return rounds;
    }

    /// The most configurations of the first round. Constraints may leave fewer, but to know that here would mean to
    /// walk through a space of any size.
    private static int mostAtOnce(TuneSpec tune) {
        long space = 1;
        for (TuneParameter parameter : tune.parameters()) {
            space = Math.min(tune.trials(), space * parameter.values().size());
        }
        return Math.max(1, (int) Math.min(space, tune.firstRound()));
    }

    private static TaskSpec share(TaskSpec task, List<String> dependencies, Share share, int rounds) {
        String part = "share " + share.index() + " of " + share.of();
        String name = task.name() + " (" + (rounds > 1 ? "round " + share.round() + ", " : "") + part + ")";
        BenchmarkSpec whole = task.benchmark().orElseThrow();
        BenchmarkSpec measured = new BenchmarkSpec(whole.command(), whole.baselineCommand(), whole.metric(),
                whole.better(), whole.minimumEffect(), Optional.empty(), whole.paired(), whole.turns());
        return new TaskSpec(name, "Measures configurations of the search '" + task.name() + "'.", task.priority(),
                dependencies, task.verifyCommand(), task.kind(), task.category(), task.requires(), task.backends(),
                task.timeout(), task.retries(), List.of(), Budget.NONE, Optional.of(measured),
                task.tune().map(tune -> tune.sharing(share)), List.of(), task.location());
    }
}
