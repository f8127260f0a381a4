package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// The reply of `/v1/completions`.
final class TextReply implements ReplyForm {

    private static final String KIND = "text_completion";

    private final Envelope envelope;
    private final boolean includeUsage;
    private final StringBuilder all = new StringBuilder();
    private Completion completion;

    TextReply(Envelope envelope, boolean includeUsage) {
        this.envelope = envelope;
        this.includeUsage = includeUsage;
    }

    @Override
    public List<ObjectNode> begin() {
        return List.of();
    }

    @Override
    public List<ObjectNode> text(String piece) {
        all.append(piece);
        return List.of(reply(piece, null));
    }

    @Override
    public boolean enough() {
        return false;
    }

    @Override
    public List<ObjectNode> end(Completion ended) {
        completion = ended;
        List<ObjectNode> chunks = new ArrayList<>(List.of(reply("", Envelope.finishReason(ended))));
        if (includeUsage) {
            chunks.add(envelope.usageChunk(KIND, ended));
        }
        return chunks;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode whole = reply(all.toString(), Envelope.finishReason(completion));
        whole.set("usage", Envelope.usage(completion));
        return whole;
    }

    private ObjectNode reply(String text, String finishReason) {
        ObjectNode reply = envelope.around(KIND);
        reply.putArray("choices").addObject().put("index", 0).put("text", text).putNull("logprobs")
            .put("finish_reason", finishReason);
        return reply;
    }
}
