package com.alphaheng.engine.server;

import com.alphaheng.engine.sampling.GenerationDefaults;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// The body of `POST /v1/completions`.
///
/// @param prompt  a string, or a list of ids
/// @param ignored names of fields that mean nothing here
record CompletionRequest(GenerationFields common, JsonNode prompt, List<String> ignored) {

    /// OpenAI's, when the request says nothing.
    private static final int USUAL_MOST_TOKENS = 16;

    static CompletionRequest read(JsonNode json, GenerationDefaults defaults) {
        JsonFields body = new JsonFields(json, "");
        if (body.has("logprobs")) {
            throw ApiException.unsupported("logprobs", "logprobs are not given: tokens are chosen where the logits"
                + " are, which do not leave the device. ./marlin ppl measures probabilities of a text");
        }
        if (body.flag("echo", false)) {
            throw ApiException.unsupported("echo", "the prompt is not repeated: put it before the text yourself");
        }
        if (body.has("suffix")) {
            throw ApiException.unsupported("suffix", "this model continues a text, it does not fill gaps");
        }
        if (body.integer("best_of", 1, 1, Integer.MAX_VALUE) != 1) {
            throw ApiException.unsupported("best_of", "best_of must be 1");
        }
        GenerationFields common = GenerationFields.read(body, defaults, USUAL_MOST_TOKENS);
        return new CompletionRequest(common, prompt(body), body.unread());
    }

    private static JsonNode prompt(JsonFields body) {
        JsonNode prompt = body.value("prompt");
        // A list of one prompt.
        if (prompt.isArray() && prompt.size() == 1 && !prompt.get(0).isNumber()) {
            prompt = prompt.get(0);
        }
        if (prompt.isArray() && !prompt.isEmpty() && !prompt.get(0).isNumber()) {
            throw ApiException.unsupported("prompt", "prompt holds " + prompt.size()
                + " prompts: send one request for each");
        }
        if (!prompt.isTextual() && !prompt.isArray()) {
            throw body.wrong("prompt", "a string or a list of token ids", prompt);
        }
        if (prompt.isTextual() ? prompt.textValue().isEmpty() : prompt.isEmpty()) {
            throw ApiException.invalid("prompt", "the prompt is empty: give some text to continue");
        }
        return prompt;
    }

    /// The prompt's ids. Control tokens spelled out in it count, as in `marlin generate`.
    int[] ids(Tokenizer tokenizer, int vocabSize) {
        if (prompt.isTextual()) {
            return tokenizer.encode(prompt.textValue(), ControlTokens.PARSE);
        }
        int[] ids = new int[prompt.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = prompt.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabSize) {
                throw ApiException.invalid("prompt", "prompt[" + i + "] must be a token id from 0 to "
                    + (vocabSize - 1) + ", not " + id);
            }
            ids[i] = id.intValue();
        }
        return ids;
    }
}
