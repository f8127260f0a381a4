package com.alphaheng.worker.job.measure;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a command writes into the file `$HENG_METRICS`:
/// `{"metrics": [{"name": "decode_tokens_per_second", "value": 35.5, "unit": "tok/s", "samples": [35.0, 36.0]}]}`;
/// `unit` and `samples` may be left out.
public final class MetricsDocument {
    /// More samples of one metric than this are cut, so that reports stay small.
    public static final int MOST_SAMPLES = 1_000;

    private static final int MOST_METRICS = 200;
    /// Two readers must not find two different figures in one file.
    private static final ObjectReader READER = ProtocolCodec.jsonMapper().reader()
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private MetricsDocument() {
    }

    /// @throws BadMetrics naming the first thing that is wrong
    public static List<Metric> parse(String json) throws BadMetrics {
        JsonNode root;
        try {
            root = READER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new BadMetrics("$HENG_METRICS holds no JSON (" + e.getOriginalMessage() + ")");
        }
        JsonNode list = root.path("metrics");
        if (!list.isArray() || list.size() > MOST_METRICS) {
            throw new BadMetrics("$HENG_METRICS needs a list 'metrics' of at most " + MOST_METRICS + " entries");
        }
        List<Metric> metrics = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode entry : list) {
            String name = entry.path("name").asText();
            JsonNode value = entry.path("value");
            if (name.isBlank() || !value.isNumber() || !Double.isFinite(value.asDouble())) {
                throw new BadMetrics("metric " + metrics.size() + " in $HENG_METRICS needs a name and a finite value");
            }
            if (!names.add(name)) {
                throw new BadMetrics("metric '" + name + "' is in $HENG_METRICS twice; write it once");
            }
            List<Double> samples = new ArrayList<>();
            for (JsonNode sample : entry.path("samples")) {
                if (!sample.isNumber() || !Double.isFinite(sample.asDouble())) {
                    throw new BadMetrics("metric '" + name
                            + "' in $HENG_METRICS has a sample that is no finite number");
                }
                if (samples.size() < MOST_SAMPLES) {
                    samples.add(sample.asDouble());
                }
            }
            metrics.add(new Metric(name, value.asDouble(), entry.path("unit").asText(""), samples));
        }
        return metrics;
    }

    /// A metrics file that cannot be used.
    public static final class BadMetrics extends Exception {
        private static final long serialVersionUID = 1L;

        BadMetrics(String message) {
            super(message);
        }
    }
}
