package com.alphaheng.worker.job.seal;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

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

    /// The inputs, by number, on which these differ from what is expected.
    List<Integer> differences(List<List<Double>> expected, double tolerance) {
        return IntStream.range(0, expected.size())
                .filter(i -> difference(i, expected.get(i), tolerance).isPresent()).boxed().toList();
    }

    /// The first place where these differ from what is expected; empty if they agree.
    Optional<String> differenceFrom(List<List<Double>> expected, double tolerance, List<String> names) {
        return IntStream.range(0, expected.size()).boxed().flatMap(i -> difference(i, expected.get(i), tolerance)
                .map(place -> names.get(i) + place).stream()).findFirst();
    }

    /// Where one of these differs from what is known of its input, or from another answer to the same input.
    ///
    /// @param inputs of these answers, in order
    /// @param known  right answers by input
    Optional<String> contradiction(List<String> inputs, Map<String, List<Double>> known, double tolerance) {
        Map<String, List<Double>> right = new HashMap<>(known);
        for (int i = 0; i < inputs.size(); i++) {
            Optional<String> place = difference(i, right.computeIfAbsent(inputs.get(i), own(i)), tolerance);
            if (place.isPresent()) {
                return Optional.of(inputs.get(i) + ", answer " + (i + 1) + " of this process," + place.get());
            }
        }
        return Optional.empty();
    }

    private Function<String, List<Double>> own(int input) {
        return _ -> values.get(input);
    }

    private Optional<String> difference(int input, List<Double> expected, double tolerance) {
        List<Double> answer = values.get(input);
        if (answer.size() != expected.size()) {
            return Optional.of(" gives " + answer.size() + " values, the base " + expected.size());
        }
        for (int j = 0; j < expected.size(); j++) {
            double right = expected.get(j);
            double found = answer.get(j);
            // Written so that NaN is a difference, too, and that no number is near infinity.
            if (found != right && !(Double.isFinite(right)
                    && Math.abs(found - right) <= tolerance * Math.max(1, Math.abs(right)))) {
                return Optional.of(" [" + j + "] gives " + found + " instead of " + right);
            }
        }
        return Optional.empty();
    }
}
