package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// `status.md`: where every task of a campaign stands, and why.
final class StatusReport {
    private StatusReport() {
    }

    static Document of(CampaignFacts campaign) {
        Document document = new Document("Status of campaign " + campaign.name());
        document.paragraph(headline(campaign));
        document.note("Written from the event log alone, as of " + Wording.moment(campaign.at()) + ". Submission "
                + Wording.commit(campaign.submission()) + campaign.commit()
                .map(commit -> ", commit " + Wording.commit(commit)).orElse(", tip of the worker's repository") + ".");
        summaries(document, campaign);
        failures(document, campaign);
        open(document, campaign);
        document.heading("All tasks").table(
                List.of("Task", "Priority", "Category", "Kind", "Status", ">Attempts", ">Took", "Worker"),
                campaign.tasks().stream().map(StatusReport::row).toList());
        return document;
    }

    private static String headline(CampaignFacts campaign) {
        List<String> parts = new ArrayList<>();
        for (TaskStatus status : List.of(TaskStatus.FAILED, TaskStatus.SKIPPED, TaskStatus.CANCELLED,
                TaskStatus.RUNNING, TaskStatus.READY, TaskStatus.WAITING)) {
            if (campaign.count(status) > 0) {
                parts.add(campaign.count(status) + " " + Wording.words(status));
            }
        }
        String state = campaign.finished() ? "Finished" : "In progress";
        String time = campaign.ran().map(ran -> " after " + Wording.duration(ran)).orElse("; nothing has started yet");
        return state + time + ": " + campaign.count(TaskStatus.SUCCEEDED) + " of " + campaign.tasks().size()
                + " tasks succeeded" + (parts.isEmpty() ? "." : "; " + Wording.enumeration(parts) + ".");
    }

    /// Tables by priority and by category; shared with the benchmark report.
    static void summaries(Document document, CampaignFacts campaign) {
        document.heading("By priority");
        summary(document, campaign, "Priority", Arrays.asList(Priority.values()), Priority::name,
                priority -> task -> task.spec().priority() == priority);
        document.heading("By category");
        summary(document, campaign, "Category", Arrays.asList(Category.values()), Category::word,
                category -> task -> task.spec().category() == category);
    }

    private static <T> void summary(Document document, CampaignFacts campaign, String heading, List<T> groups,
                                    Function<T, String> name, Function<T, Predicate<TaskFacts>> member) {
        List<List<String>> rows = new ArrayList<>();
        for (T group : groups) {
            List<TaskFacts> tasks = campaign.tasks().stream().filter(member.apply(group)).toList();
            if (!tasks.isEmpty()) {
                rows.add(summaryRow(name.apply(group), tasks));
            }
        }
        rows.add(summaryRow("all", campaign.tasks()));
        document.table(List.of(heading, ">Tasks", ">Succeeded", ">Failed", ">Skipped", ">Cancelled", ">Open",
                ">Attempts", ">Retries"), rows);
    }

    private static List<String> summaryRow(String name, List<TaskFacts> tasks) {
        return List.of(name, "" + tasks.size(), counted(tasks, EnumSet.of(TaskStatus.SUCCEEDED)),
                counted(tasks, EnumSet.of(TaskStatus.FAILED)), counted(tasks, EnumSet.of(TaskStatus.SKIPPED)),
                counted(tasks, EnumSet.of(TaskStatus.CANCELLED)),
                counted(tasks, EnumSet.of(TaskStatus.WAITING, TaskStatus.READY, TaskStatus.RUNNING)),
                "" + tasks.stream().mapToInt(task -> task.attempts().size()).sum(),
                "" + tasks.stream().mapToInt(TaskFacts::retries).sum());
    }

    private static String counted(List<TaskFacts> tasks, Set<TaskStatus> statuses) {
        return "" + tasks.stream().filter(task -> statuses.contains(task.status())).count();
    }

    /// Failed tasks with what their last attempt said; shared with the benchmark report.
    static void failures(Document document, CampaignFacts campaign) {
        List<List<String>> rows = campaign.tasks().stream().filter(task -> task.status() == TaskStatus.FAILED)
                .sorted(Comparator.comparing(task -> task.spec().priority()))
                .map(task -> List.of(task.name(), task.spec().priority().name(), "" + task.attempts().size(),
                        task.reason())).toList();
        document.heading("Failures");
        if (rows.isEmpty()) {
            document.paragraph("No task has failed.");
        } else {
            document.table(List.of("Task", "Priority", ">Attempts", "Reason"), rows);
        }
    }

    private static void open(Document document, CampaignFacts campaign) {
        List<List<String>> rows = campaign.tasks().stream()
                .filter(task -> task.status() != TaskStatus.SUCCEEDED && task.status() != TaskStatus.FAILED)
                .sorted(Comparator.comparing(TaskFacts::status, Comparator.comparing(StatusReport::urgency)))
                .map(task -> List.of(task.name(), Wording.words(task.status()), task.reason())).toList();
        if (!rows.isEmpty()) {
            document.heading("Neither succeeded nor failed, and why").table(List.of("Task", "Status", "Why"), rows);
        }
    }

    private static int urgency(TaskStatus status) {
        return switch (status) {
            case RUNNING -> 0;
            case READY -> 1;
            case WAITING -> 2;
            case SKIPPED -> 3;
            case CANCELLED -> 4;
            case FAILED, SUCCEEDED -> 5;
        };
    }

    private static List<String> row(TaskFacts task) {
        return List.of(task.name(), task.spec().priority().name(), task.spec().category().word(),
                task.spec().kind().word(), Wording.words(task.status()), "" + task.attempts().size(),
                task.lastAttempt().flatMap(AttemptFacts::took).map(Wording::duration).orElse(""),
                task.lastAttempt().map(AttemptFacts::worker).orElse(""));
    }
}
