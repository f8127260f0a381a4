package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// What chunks and whole replies have in common.
///
/// @param id      of the reply
/// @param created seconds since 1970
/// @param model   the name that the server goes by
record Envelope(String id, long created, String model) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Envelope create(String prefix, String model) {
        return new Envelope(newId(prefix), Instant.now().getEpochSecond(), model);
    }

    static String newId(String prefix) {
        byte[] random = new byte[12];
        ThreadLocalRandom.current().nextBytes(random);
        return prefix + HexFormat.of().formatHex(random);
    }

    ObjectNode around(String kind) {
        return JSON.createObjectNode().put("id", id).put("object", kind).put("created", created).put("model", model);
    }

    /// The last chunk of a stream that asked for it: no choices, the usage.
    ObjectNode usageChunk(String kind, Completion completion) {
        ObjectNode chunk = around(kind);
        chunk.putArray("choices");
        chunk.set("usage", usage(completion));
        return chunk;
    }

    static ObjectNode usage(Completion completion) {
        ObjectNode usage = JSON.createObjectNode().put("prompt_tokens", completion.promptTokens())
            .put("completion_tokens", completion.tokens())
            .put("total_tokens", completion.promptTokens() + completion.tokens());
        usage.putObject("prompt_tokens_details")
            .put("cached_tokens", completion.promptTokens() - completion.computedTokens());
        return usage;
    }

    /// OpenAI's `finish_reason`.
    static String finishReason(Completion completion) {
        return switch (completion.finish()) {
            case END_OF_TEXT, STOP_STRING, INTERRUPTED -> "stop";
            case LENGTH, CONTEXT_FULL -> "length";
        };
    }
}
