package com.alphaheng.worker.job.seal;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a verify or challenge command wrote into `$HENG_METRICS` besides metrics.
///
/// @param values   one list per challenge, in order
/// @param counters such as the number of checks that ran
record Answers(List<List<Double>> values, Map<String, Long> counters) {
    static final Answers NONE = new Answers(List.of(), Map.of());

    static Answers parse(Optional<String> json) {
        if (json.isEmpty()) {
            return NONE;
        }
        try {
            JsonNode root = ProtocolCodec.jsonMapper().readTree(json.get());
            List<List<Double>> values = new ArrayList<>();
            for (JsonNode answer : root.path("answers")) {
                List<Double> numbers = new ArrayList<>();
                answer.path("values").forEach(number -> numbers.add(number.asDouble(Double.NaN)));
                values.add(numbers);
            }
            Map<String, Long> counters = new HashMap<>();
            root.path("counters").properties()
                    .forEach(entry -> counters.put(entry.getKey(), entry.getValue().asLong()));
            return new Answers(values, counters);
        } catch (JsonProcessingException e) {
            return NONE;
        }
    }

    /// The first place where these differ from what is expected; empty if they agree.
    Optional<String> differenceFrom(List<List<Double>> expected, double tolerance, List<String> names) {
        for (int i = 0; i < expected.size(); i++) {
            if (values.get(i).size() != expected.get(i).size()) {
                return Optional.of(names.get(i) + " gives " + values.get(i).size() + " values, the base "
                        + expected.get(i).size());
            }
            for (int j = 0; j < expected.get(i).size(); j++) {
                double right = expected.get(i).get(j);
                double found = values.get(i).get(j);
                // Written so that NaN is a difference, too.
                if (!(Math.abs(found - right) <= tolerance * Math.max(1, Math.abs(right)))) {
                    return Optional.of(names.get(i) + " [" + j + "] gives " + found + ", the base " + right);
                }
            }
        }
        return Optional.empty();
    }
}
