package com.alphaheng.worker.job.measure;

import com.alphaheng.protocol.AttemptResult.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Sums up the metrics of repeated runs of one command: per metric all samples, and their median; where a run's value
/// is something else than its samples' median, such as a percentile, the median of the runs' values.
public final class RunSummary {
    private final Map<String, List<Metric>> byName = new LinkedHashMap<>();

    public void add(List<Metric> run) {
        run.forEach(metric -> byName.computeIfAbsent(metric.name(), name -> new ArrayList<>()).add(metric));
    }

    /// @param prefix set before each name
    public List<Metric> metrics(String prefix) {
        List<Metric> result = new ArrayList<>();
        byName.forEach((name, runs) -> {
            List<Double> samples = new ArrayList<>();
            for (Metric run : runs) {
                samples.addAll(run.samples().isEmpty() ? List.of(run.value()) : run.samples());
            }
            List<Double> kept = samples.subList(0, Math.min(samples.size(), MetricsDocument.MOST_SAMPLES));
            double value = median(runs.stream().allMatch(RunSummary::isMedian) ? samples
                    : runs.stream().map(Metric::value).toList());
            result.add(new Metric(prefix + name, value, runs.getFirst().unit(), kept));
        });
        return result;
    }

    private static boolean isMedian(Metric run) {
        return run.samples().isEmpty()
                || Math.abs(run.value() - median(run.samples())) <= 1e-9 * Math.abs(run.value());
    }

    /// The middle value, or the mean of the two middle ones.
    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
