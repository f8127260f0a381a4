package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Benchmark results as JSON (the contract with the worker, see the module's README), CSV and SVG.
public final class BenchReport {

    private static final ObjectMapper JSON = new ObjectMapper();

    private BenchReport() { }

    /// `{"metrics": [{name, value, unit, samples}], "fingerprint": {...}, "execution": {...}}`, the last as in
    /// [ExecutionRecord], of one sample per frontier. The first frontier's metrics carry plain names; those of others
    /// end in `.context_N`.
    public static ObjectNode json(Engine engine, List<EngineBench.Frontier> frontiers) {
        ObjectNode report = JSON.createObjectNode();
        ArrayNode metrics = report.putArray("metrics");
        for (EngineBench.Frontier frontier : frontiers) {
            String ending = frontier == frontiers.getFirst() ? "" : ".context_" + frontier.context();
            frontier.metrics().forEach(metric -> metrics.add(json(metric, metric.name() + ending)));
        }
        report.set("fingerprint", fingerprint(engine));
        Map<String, Long> operations = new TreeMap<>();
        frontiers.forEach(frontier -> frontier.operations().forEach((kind, count) -> operations.merge(kind, count,
            Long::sum)));
        report.set("execution", ExecutionRecord.of(operations));
        return report;
    }

    static ObjectNode json(Metric metric, String name) {
        ObjectNode node = JSON.createObjectNode().put("name", name).put("value", metric.value())
            .put("unit", metric.unit());
        metric.samples().forEach(node.putArray("samples")::add);
        return node;
    }

    /// The metrics of a comparison, with the fingerprint of the candidate.
    public static ObjectNode json(Engine candidate, Comparison.Result result) {
        ObjectNode report = JSON.createObjectNode();
        ArrayNode metrics = report.putArray("metrics");
        metrics.add(json(Metric.of("decode_tokens_per_second", "tok/s", array(result.candidate())),
            "decode_tokens_per_second"));
        metrics.add(json(Metric.of("base", "tok/s", array(result.base())), "baseline.decode_tokens_per_second"));
        metrics.add(json(new Metric("ratio", result.ratio(), "1", result.roundRatios()), "decode_ratio"));
        metrics.add(json(Metric.of("lower", "1", result.lower()), "decode_ratio_lower"));
        metrics.add(json(Metric.of("upper", "1", result.upper()), "decode_ratio_upper"));
        report.set("fingerprint", fingerprint(candidate));
        report.set("execution", ExecutionRecord.of(candidate.device().operationsByKind()));
        return report;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// What a figure depends on besides the code: machine, back end, model, rung.
    public static ObjectNode fingerprint(Engine engine) {
        ObjectNode node = JSON.createObjectNode();
        node.set("machine", JSON.valueToTree(Machine.probe()));
        node.put("backend", engine.backend()).put("device", engine.device().description())
            .put("model", engine.directory().getFileName().toString());
        node.set("optimizations", JSON.valueToTree(engine.options().optimizations()));
        return node;
    }

    /// One line per context and metric.
    public static String csv(List<EngineBench.Frontier> frontiers) {
        StringBuilder csv = new StringBuilder("context,metric,unit,value,samples\n");
        for (EngineBench.Frontier frontier : frontiers) {
            for (Metric metric : frontier.metrics()) {
                csv.append(String.format(Locale.ROOT, "%d,%s,%s,%.6g,", frontier.context(), metric.name(),
                    metric.unit(), metric.value()));
                csv.append(String.join(" ", metric.samples().stream()
                    .map(sample -> String.format(Locale.ROOT, "%.6g", sample)).toList())).append('\n');
            }
        }
        return csv.toString();
    }
}
