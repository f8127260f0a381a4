package com.alphaheng.spec;

import com.alphaheng.spec.TaskReader.Draft;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Parses the task files of one submission, and reports everything that is wrong with them at once.
///
///     tasks:
///       - name: eliminate-eos-sync
///         prompt: |
///           ...
///         priority: P0
///         dependencies: [profile-decode]
///         verify_command: |
///           ...
///
/// The files are data: nothing in them is run, resolved or fetched here. Any input gives an answer in time that grows
/// with its size, within [TaskFileLimits]. The parser holds no state; one instance may be used by many threads.
public final class TaskFileParser {
    private static final List<String> TOP_LEVEL_KEYS = List.of("tasks", "version");

    private final TaskFileLimits limits;

    public TaskFileParser() {
        this(TaskFileLimits.DEFAULT);
    }

    public TaskFileParser(TaskFileLimits limits) {
        this.limits = limits;
    }

    /// A submission whose tasks depend only on one another.
    public ParsedSubmission parse(List<SourceFile> files) {
        return parse(files, Set.of());
    }

    /// A submission to a campaign that has tasks already.
    ///
    /// @param existingTasks names the submission's tasks may depend on, besides their own
    public ParsedSubmission parse(List<SourceFile> files, Set<String> existingTasks) {
        Problems problems = new Problems(limits.problems());
        Map<String, Draft> drafts = new LinkedHashMap<>();
        boolean complete = true;
        long bytes = 0;
        for (SourceFile file : files) {
            problems.enter(file.name());
            bytes += file.content().length;
            if (bytes > limits.submissionBytes()) {
                problems.error(file.name(), Optional.empty(), "submission-too-large", "the files of this submission "
                        + "have more than " + limits.submissionBytes() + " bytes together", "submit them in parts");
                complete = false;
                break;
            }
            complete &= readFile(file, drafts, problems);
        }
        if (files.isEmpty()) {
            problems.error(new SourceLocation("submission", 0, 0), "empty-submission", "there are no files to submit",
                    "name at least one task file");
        }
        // A dependency on a task of a part that could not be read would only repeat that part's error.
        new DependencyRules(drafts, existingTasks, problems).check(complete);
        drafts.values().forEach(draft -> warn(draft.task(), problems));
        List<TaskSpec> tasks = problems.errors() > 0 ? List.of() : expanded(drafts, problems);
        List<Problem> sorted = problems.sorted();
        return problems.errors() > 0 ? new ParsedSubmission.Rejected(sorted)
                : new ParsedSubmission.Accepted(tasks, sorted);
    }

    /// The tasks, with the shares of spread searches before their searches.
    private List<TaskSpec> expanded(Map<String, Draft> drafts, Problems problems) {
        List<TaskSpec> all = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            TaskSpec written = draft.task();
            List<TaskSpec> tasks = SpreadSearch.expand(written);
            tasks.stream().filter(task -> !task.name().equals(written.name()) && drafts.containsKey(task.name()))
                    .forEach(task -> problems.error(drafts.get(task.name()).task().location(), "duplicate-name",
                            "a share of the search '" + written.name() + "' is called '" + task.name() + "' too",
                            "rename one of the two; the search is at " + written.location()));
            all.addAll(tasks);
            if (all.size() > limits.tasks()) {
                problems.error(written.location(), "too-many-tasks", "more than " + limits.tasks()
                        + " tasks in one submission, with the shares of searches", "submit them in parts");
                break;
            }
        }
        return all;
    }

    /// @return whether every task of the file could be entered under its name
    private boolean readFile(SourceFile file, Map<String, Draft> drafts, Problems problems) {
        int errorsBefore = problems.errors();
        List<Node> documents = new YamlText(limits, problems).documents(file);
        boolean complete = problems.errors() == errorsBefore;
        int tasks = 0;
        for (Node document : documents) {
            if (MappingReader.isNull(document)) {
                continue; // Nothing between two document markers.
            }
            for (Node entry : taskEntries(document, file.name(), problems)) {
                tasks++;
                Optional<Draft> draft = new TaskReader(file.name(), limits, problems).read(entry);
                draft.ifPresent(read -> enter(read, drafts, problems));
                complete &= draft.isPresent();
            }
        }
        if (tasks == 0 && problems.errors() == errorsBefore) {
            problems.error(new SourceLocation(file.name(), 1, 1), "empty-file", "the file has no tasks",
                    "write 'tasks:' and a list of tasks, or leave the file out");
        }
        return complete && tasks > 0;
    }

    private static List<Node> taskEntries(Node document, String file, Problems problems) {
        Optional<MappingReader> top = MappingReader.of(document, file, "a task file", TOP_LEVEL_KEYS, problems);
        Optional<Node> tasks = top.flatMap(mapping -> mapping.value("tasks"));
        if (tasks.isEmpty()) {
            return List.of();
        }
        if (tasks.get() instanceof SequenceNode list && list.getTag().equals(Tag.SEQ)) {
            return list.getValue();
        }
        problems.error(file, tasks.get(), "wrong-type", "tasks must be a list, not "
                + MappingReader.describe(tasks.get()), "write '  - name: ...' for each task");
        return List.of();
    }

    private void enter(Draft draft, Map<String, Draft> drafts, Problems problems) {
        TaskSpec task = draft.task();
        if (drafts.size() >= limits.tasks()) {
            if (!drafts.containsKey(task.name())) {
                problems.error(task.location(), "too-many-tasks", "more than " + limits.tasks()
                        + " tasks in one submission", "submit them in parts");
            }
            return;
        }
        Draft first = drafts.putIfAbsent(task.name(), draft);
        if (first != null) {
            problems.error(task.location(), "duplicate-name", "a task named '" + task.name() + "' is there already",
                    "rename one of the two; the first is at " + first.task().location());
        }
    }

    private static void warn(TaskSpec task, Problems problems) {
        if (task.verifyCommand().isEmpty() && task.priority() != Priority.P2) {
            problems.warning(task.location(), "no-verify-command", "task '" + task.name() + "' is " + task.priority()
                    + " and has no verify_command", "add a command that fails when the work is not done");
        }
    }
}
