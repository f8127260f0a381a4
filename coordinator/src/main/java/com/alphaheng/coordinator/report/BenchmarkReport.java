package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// `final_benchmark.md`: the measured staircase of this campaign with everything needed to check or repeat a figure,
/// and the original's figures beside it, marked as theirs.
final class BenchmarkReport {
    private static final String SPEED = "tok/s";

    private BenchmarkReport() {
    }

    static Document of(CampaignFacts campaign) {
        List<Bar> bars = Staircase.of(campaign);
        Document document = new Document("Final benchmark of campaign " + campaign.name());
        document.paragraph(headline(campaign, bars));
        document.note("Written from the event log alone, as of " + Wording.moment(campaign.at())
                + ". Only accepted measurements count; each one's samples, machine, commit and command stand below.");
        staircase(document, bars);
        Waterfall.of(bars).ifPresent(waterfall -> waterfall(document, waterfall));
        reverted(document, campaign);
        searches(document, campaign);
        original(document, bars);
        StatusReport.summaries(document, campaign);
        attempts(document, campaign);
        StatusReport.failures(document, campaign);
        evidence(document, campaign, bars);
        return document;
    }

    private static String headline(CampaignFacts campaign, List<Bar> bars) {
        String tasks = campaign.count(TaskStatus.SUCCEEDED) + " of " + campaign.tasks().size() + " tasks succeeded";
        String state = campaign.finished() ? "The campaign has finished: " : "The campaign is not finished yet: ";
        List<Bar> speeds = speeds(bars);
        if (speeds.size() < 2) {
            return state + tasks + ". " + (speeds.isEmpty() ? "No stage has been measured yet."
                    : "One stage has been measured: " + speeds.getFirst().stage() + ", "
                    + Wording.figure(speeds.getFirst().value()) + " " + speeds.getFirst().unit() + ".");
        }
        Bar first = speeds.getFirst();
        Bar last = speeds.getLast();
        return state + tasks + ". From " + Wording.figure(first.value()) + " to " + Wording.figure(last.value()) + " "
                + last.unit() + " over " + Wording.counted(speeds.size(), "stage", "stages") + ", "
                + Wording.times(last.value() / first.value()) + " times the first.";
    }

    private static List<Bar> speeds(List<Bar> bars) {
        return bars.stream().filter(bar -> bar.unit().equals(SPEED) || bar.metric().endsWith("tokens_per_second"))
                .toList();
    }

    private static void staircase(Document document, List<Bar> bars) {
        document.heading("The staircase, measured here");
        if (bars.isEmpty()) {
            document.paragraph("No benchmark task with a stage has succeeded yet, so there is nothing to show.");
            return;
        }
        List<Bar> speeds = speeds(bars);
        if (!speeds.isEmpty()) {
            document.add(new Block.Chart(speeds.getFirst().unit(),
                    speeds.stream().map(BenchmarkReport::column).toList()));
        }
        document.table(List.of("Stage", "Task", ">Value", "Unit", ">Times its base", "95 % interval", ">Samples",
                "Machine", "Commit", "Measured"), bars.stream().map(BenchmarkReport::row).toList());
        document.note("\"Times its base\" compares interleaved runs of base and candidate in one session. Values of "
                + "different stages come from different sessions: they carry the machine's drift between sessions.");
    }

    private static void waterfall(Document document, Waterfall waterfall) {
        if (Math.abs(waterfall.unexplained()) > 1e-9 * Math.abs(waterfall.end())) {
            throw new AssertionError("the waterfall does not add up: " + waterfall);
        }
        document.heading("The waterfall");
        List<List<String>> rows = new ArrayList<>();
        double at = waterfall.start();
        rows.add(List.of("first base", "", Wording.figure(at)));
        for (Waterfall.Step step : waterfall.steps()) {
            at += step.change();
            rows.add(List.of(step.label(), signed(step.change()), Wording.figure(at)));
        }
        document.table(List.of("Step", ">Change, " + waterfall.unit(), ">Then at, " + waterfall.unit()), rows);
        document.note("It adds up: " + Wording.figure(waterfall.start()) + " and the stages' own gains of "
                + signed(waterfall.gained()) + " and " + signed(waterfall.drift()) + " between the sessions make "
                + Wording.figure(waterfall.end()) + " " + waterfall.unit() + ". A gain is measured against its base in "
                + "one session; between two sessions the same commit may measure differently.");
    }

    private static String signed(double change) {
        return (change < 0 ? "-" : "+") + Wording.figure(Math.abs(change));
    }

    private static void reverted(Document document, CampaignFacts campaign) {
        Map<String, TaskFacts> reverts = Staircase.reverts(campaign.tasks());
        for (TaskFacts task : campaign.tasks()) {
            Staircase.revertOf(reverts, task).ifPresent(revert -> document.paragraph("Taken back: " + task.name()
                    + ", by commit " + Wording.commit(revert.success().orElseThrow().commit())
                    + "; its measurement no longer counts."));
        }
    }

    /// The trials of tune tasks, as their last attempt reported them. Those of shares are among the trials of their
    /// search, once it has come to its end.
    private static void searches(Document document, CampaignFacts campaign) {
        Map<String, List<List<String>>> trials = new LinkedHashMap<>();
        campaign.tasks().stream().filter(task -> task.spec().kind() == TaskKind.TUNE).forEach(task ->
                trials.put(task.name(), trials(task)));
        for (TaskFacts task : campaign.tasks()) {
            boolean told = SpreadSearch.of(task.spec()).filter(search -> !search.equals(task.name())
                    && !trials.getOrDefault(search, List.of()).isEmpty()).isPresent();
            if (!told && !trials.getOrDefault(task.name(), List.of()).isEmpty()) {
                document.heading("Search " + task.name());
                document.table(List.of("Trial", ">Value", "Metric"), trials.get(task.name()));
            }
        }
    }

    private static List<List<String>> trials(TaskFacts task) {
        return task.lastAttempt().flatMap(AttemptFacts::result).stream().flatMap(result -> result.metrics().stream())
                .filter(metric -> metric.name().matches("(best )?trial .*\\(.*\\)"))
                .map(metric -> List.of(metric.name(), Wording.figure(metric.value()), metric.unit())).toList();
    }

    private static Block.Column column(Bar bar) {
        Optional<MedianInterval> interval = MedianInterval.of(bar.samples());
        return new Block.Column(bar.stage(), bar.value(), interval.map(MedianInterval::low),
                interval.map(MedianInterval::high), false);
    }

    private static List<String> row(Bar bar) {
        String interval = bar.ratioLow().isPresent() && bar.ratioHigh().isPresent()
                ? Wording.times(bar.ratioLow().get()) + " to " + Wording.times(bar.ratioHigh().get()) : "";
        return List.of(bar.stage(), bar.task(), Wording.figure(bar.value()), bar.unit(),
                bar.ratio().map(Wording::times).orElse(""), interval, "" + bar.samples().size(), bar.machine(),
                Wording.commit(bar.commit()), Wording.moment(bar.at()));
    }

    private static void original(Document document, List<Bar> bars) {
        document.heading("Beside the original's figures (theirs, not ours)");
        document.note("The right half was reported by the original campaign for its own machine ("
                + OriginalFigures.MACHINE + ") and model. This project has not measured it, and cannot vouch for it.");
        List<Bar> speeds = speeds(bars);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < Math.max(speeds.size(), OriginalFigures.STAGES.size()); i++) {
            List<String> row = new ArrayList<>();
            if (i < speeds.size()) {
                row.addAll(List.of(speeds.get(i).stage(), Wording.figure(speeds.get(i).value()),
                        Wording.times(speeds.get(i).value() / speeds.getFirst().value())));
            } else {
                row.addAll(List.of("", "", ""));
            }
            if (i < OriginalFigures.STAGES.size()) {
                OriginalFigures.Stage theirs = OriginalFigures.STAGES.get(i);
                row.addAll(List.of(theirs.name(), theirs.published(),
                        Wording.times(theirs.tokensPerSecond() / OriginalFigures.STAGES.getFirst().tokensPerSecond())));
            } else {
                row.addAll(List.of("", "", ""));
            }
            rows.add(row);
        }
        document.table(List.of("Our stage", ">Ours, tok/s", ">Times our first", "Their stage", ">Theirs, tok/s",
                ">Times their first"), rows);
    }

    private static void attempts(Document document, CampaignFacts campaign) {
        Map<String, Integer> endings = new TreeMap<>();
        for (TaskFacts task : campaign.tasks()) {
            task.attempts().forEach(attempt -> endings.merge(ending(attempt), 1, Integer::sum));
        }
        int attempts = endings.values().stream().mapToInt(Integer::intValue).sum();
        int retries = campaign.tasks().stream().mapToInt(TaskFacts::retries).sum();
        document.heading("Attempts and retries").paragraph(Wording.counted(attempts, "attempt", "attempts") + " at "
                + Wording.counted(campaign.count(task -> !task.attempts().isEmpty()), "task", "tasks") + ", of them "
                + Wording.counted(retries, "retry", "retries") + ". The original reported " + OriginalFigures.RETRIES
                + " retries for its " + OriginalFigures.TASKS + " tasks (theirs).");
        if (attempts > 0) {
            document.table(List.of("How attempts ended", ">Attempts"), endings.entrySet().stream()
                    .map(entry -> List.of(entry.getKey(), "" + entry.getValue())).toList());
        }
    }

    private static String ending(AttemptFacts attempt) {
        return switch (attempt.fate()) {
            case RUNNING -> "still running";
            case LOST -> "lost with its worker";
            case CANCELLED -> "cancelled";
            case SUCCEEDED -> "succeeded";
            case FAILED -> attempt.result().map(AttemptResult::outcome).map(Wording::words).orElse("failed");
        };
    }

    private static void evidence(Document document, CampaignFacts campaign, List<Bar> bars) {
        if (bars.isEmpty()) {
            return;
        }
        document.heading("Evidence");
        for (Bar bar : bars) {
            TaskFacts task = campaign.tasks().stream().filter(candidate -> candidate.name().equals(bar.task()))
                    .findFirst().orElseThrow();
            document.paragraph(bar.stage() + ": " + bar.metric() + " in " + bar.unit() + ", task " + bar.task()
                    + ", attempt " + task.attempts().getLast().epoch() + " on " + task.attempts().getLast().worker()
                    + ", commit " + bar.commit() + ", " + bar.machine() + ".");
            document.verbatim(evidence(bar, task.spec().benchmark().orElseThrow(), task.success().orElseThrow()));
        }
        long lost = campaign.tasks().stream().flatMap(task -> task.attempts().stream())
                .filter(attempt -> attempt.fate() == Attempt.Fate.LOST).count();
        if (lost > 0) {
            document.note(Wording.counted(lost, "attempt was", "attempts were")
                    + " lost with a worker; nothing measured in them counts.");
        }
    }

    private static String evidence(Bar bar, BenchmarkSpec benchmark, AttemptResult result) {
        List<String> lines = new ArrayList<>();
        benchmark.baselineCommand().ifPresent(command -> lines.add("base:      " + command.strip()));
        lines.add("candidate: " + benchmark.command().strip());
        if (!bar.baselineSamples().isEmpty()) {
            lines.add("base samples:      " + Wording.figures(bar.baselineSamples()));
        }
        lines.add("candidate samples: " + Wording.figures(bar.samples()));
        result.metrics().stream().filter(metric -> metric.name().equals("ratio") && !metric.samples().isEmpty())
                .forEach(metric -> lines.add("ratio per block:   " + String.join(" ",
                        metric.samples().stream().map(Wording::times).toList())));
        return String.join("\n", lines);
    }
}
