package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.sampling.GenerationDefaults;
import com.alphaheng.engine.sampling.Sampling;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// The fields that both endpoints have: sampling, limits, streaming. Names and ranges are OpenAI's; `top_k`, `min_p`
/// and `repetition_penalty` are vLLM's and llama.cpp's.
///
/// @param includeUsage whether a stream ends with a chunk that holds the usage
record GenerationFields(String model, Sampling sampling, Completion.Limits limits, boolean stream,
                        boolean includeUsage) {

    private static final int MOST_STOPS = 4;

    /// @param defaults        what the model recommends, for what is not given
    /// @param usualMostTokens most tokens when the request says nothing
    static GenerationFields read(JsonFields body, GenerationDefaults defaults, int usualMostTokens) {
        if (body.integer("n", 1, 1, Integer.MAX_VALUE) != 1) {
            throw ApiException.unsupported("n", "n must be 1: send the request again for another answer");
        }
        boolean stream = body.flag("stream", false);
        boolean includeUsage = body.fields("stream_options").flag("include_usage", false);
        return new GenerationFields(body.text("model").orElse(null), sampling(body, defaults),
            new Completion.Limits(mostTokens(body, usualMostTokens), stops(body), body.flag("ignore_eos", false),
                false), stream, includeUsage);
    }

    private static Sampling sampling(JsonFields body, GenerationDefaults defaults) {
        double temperature = body.number("temperature", defaults.temperature(), 0, 100);
        double topP = body.number("top_p", defaults.topP(), 0, 1);
        // OpenAI allows 0, which leaves the best token: as the smallest positive value does.
        double positiveTopP = Math.max(topP, Float.MIN_NORMAL);
        long topK = body.integer("top_k", defaults.topK(), -1, Integer.MAX_VALUE);
        double minP = body.number("min_p", 0, 0, 0.999999);
        double repetition = body.number("repetition_penalty", 1, 0.01, 100);
        double presence = body.number("presence_penalty", 0, -2, 2);
        double frequency = body.number("frequency_penalty", 0, -2, 2);
        long seed = body.integer("seed", new SplittableRandom().nextInt(1_000_000), Long.MIN_VALUE, Long.MAX_VALUE);
        return new Sampling((float) temperature, (int) Math.max(topK, 0), (float) positiveTopP, (float) minP,
            (float) repetition, (float) presence, (float) frequency, biases(body), seed);
    }

    private static Map<Integer, Float> biases(JsonFields body) {
        Map<Integer, Float> biases = new LinkedHashMap<>();
        JsonFields given = body.fields("logit_bias");
        for (String id : given.unread()) {
            if (!id.matches("\\d{1,9}")) {
                throw ApiException.invalid("logit_bias", "logit_bias maps token ids to biases; '" + id
                    + "' is no token id");
            }
            biases.put(Integer.valueOf(id), (float) given.number(id, 0, -100, 100));
        }
        return biases;
    }

    private static int mostTokens(JsonFields body, int usual) {
        long old = body.integer("max_tokens", usual, 1, Long.MAX_VALUE);
        return (int) Math.min(body.integer("max_completion_tokens", old, 1, Long.MAX_VALUE), Integer.MAX_VALUE);
    }

    private static List<String> stops(JsonFields body) {
        JsonNode value = body.value("stop");
        List<String> stops = new ArrayList<>();
        if (value.isTextual()) {
            stops.add(value.textValue());
        } else {
            for (JsonNode item : body.list("stop")) {
                if (!item.isTextual()) {
                    throw body.wrong("stop", "a string or a list of strings", item);
                }
                stops.add(item.textValue());
            }
        }
        if (stops.size() > MOST_STOPS) {
            throw ApiException.invalid("stop", "stop may hold " + MOST_STOPS + " strings, not " + stops.size());
        }
        if (stops.contains("")) {
            throw ApiException.invalid("stop", "a stop string is empty: it would end the text before it begins");
        }
        return stops;
    }
}
