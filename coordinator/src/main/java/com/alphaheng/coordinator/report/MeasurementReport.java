package com.alphaheng.coordinator.report;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.TaskKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// Reports about one part of the roadmap: how its tasks went and everything that their last attempts measured.
final class MeasurementReport {
    private static final String COMPONENT = "component_ms.";

    private MeasurementReport() {
    }

    /// The tasks of one category.
    static Document ofCategory(CampaignFacts campaign, String subject, Category category) {
        return of(campaign, subject, task -> task.spec().category() == category, metric -> true);
    }

    /// What the first measured stage was made of.
    static Document ofBaseline(CampaignFacts campaign) {
        Optional<Bar> first = Staircase.of(campaign).stream().findFirst();
        return of(campaign, "Baseline", task -> first.isPresent() && task.name().equals(first.get().task()),
                metric -> true);
    }

    /// Times of all tasks: where a decode step spends them.
    static Document ofTimes(CampaignFacts campaign) {
        return of(campaign, "Decode profile", task -> true, metric -> metric.unit().matches("(ns|us|µs|ms|s)(/.*)?"));
    }

    /// Bytes of all tasks.
    static Document ofMemory(CampaignFacts campaign) {
        return of(campaign, "Memory", task -> true, metric -> metric.unit().matches("([kKMG]i?)?B(/token)?|bytes")
                || metric.name().toLowerCase(Locale.ROOT).matches(".*(bytes|memory).*"));
    }

    private static Document of(CampaignFacts campaign, String subject, Predicate<TaskFacts> which,
                               Predicate<Metric> shown) {
        Document document = new Document(subject + " of campaign " + campaign.name());
        document.note("Written from the event log alone, as of " + Wording.moment(campaign.at()) + ".");
        List<TaskFacts> tasks = campaign.tasks().stream().filter(which).toList();
        List<TaskFacts> measured = tasks.stream().filter(task -> !metrics(task, shown).isEmpty()).toList();
        if (tasks.size() < campaign.tasks().size() && !tasks.isEmpty()) {
            document.heading("Tasks").table(List.of("Task", "Priority", "Kind", "Status", ">Attempts", "Why"),
                    tasks.stream().sorted(Comparator.comparing(task -> task.spec().priority()))
                            .map(MeasurementReport::row).toList());
        }
        if (measured.isEmpty()) {
            document.paragraph("Nothing has been measured yet.");
        }
        measured.forEach(task -> section(document, task, shown));
        return document;
    }

    private static List<String> row(TaskFacts task) {
        return List.of(task.name(), task.spec().priority().name(), task.spec().kind().word(),
                Wording.words(task.status()), "" + task.attempts().size(), task.reason());
    }

    private static List<Metric> metrics(TaskFacts task, Predicate<Metric> shown) {
        return task.lastAttempt().flatMap(AttemptFacts::result).map(AttemptResult::metrics).orElse(List.of()).stream()
                .filter(shown).toList();
    }

    private static void section(Document document, TaskFacts task, Predicate<Metric> shown) {
        AttemptResult result = task.lastAttempt().flatMap(AttemptFacts::result).orElseThrow();
        document.heading(task.name());
        document.paragraph(Wording.words(result.outcome()) + (result.reason().isEmpty() ? "" : ": " + result.reason())
                + ". " + result.machine() + ", commit " + result.commit() + ", " + Wording.moment(result.finishedAt())
                + ".");
        components(document, metrics(task, shown));
        List<List<String>> rows = new ArrayList<>();
        for (Metric metric : metrics(task, shown)) {
            Optional<MedianInterval> interval = MedianInterval.of(metric.samples());
            String range = interval.map(ends -> Wording.figure(ends.low()) + " to " + Wording.figure(ends.high()))
                    .orElse("");
            rows.add(List.of(metric.name(), Wording.figure(metric.value()), Wording.unit(metric.unit()), range,
                    "" + metric.samples().size()));
        }
        document.table(List.of("Metric", ">Value", "Unit", "95 % interval of the median", ">Samples"), rows);
        command(task).ifPresent(document::verbatim);
    }

    /// Where a decode step spends its time, as the engine's benchmark breaks it down.
    private static void components(Document document, List<Metric> metrics) {
        List<Block.Column> columns = metrics.stream().filter(metric -> metric.name().startsWith(COMPONENT))
                .sorted(Comparator.comparingDouble(Metric::value).reversed())
                .map(metric -> new Block.Column(metric.name().substring(COMPONENT.length()), metric.value(),
                        Optional.empty(), Optional.empty(), false)).toList();
        if (!columns.isEmpty()) {
            document.add(new Block.Chart("ms", columns));
        }
    }

    private static Optional<String> command(TaskFacts task) {
        return task.spec().kind() == TaskKind.BENCHMARK && task.spec().benchmark().isPresent()
                ? task.spec().benchmark().map(benchmark -> benchmark.command()) : task.spec().verifyCommand();
    }
}
