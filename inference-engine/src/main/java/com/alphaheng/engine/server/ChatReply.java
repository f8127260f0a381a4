package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.ReplyParser;
import com.alphaheng.engine.chat.ReplyPart;
import com.alphaheng.engine.chat.ToolCall;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// The reply of `/v1/chat/completions`: the model's text taken apart into `reasoning_content`, `content` and
/// `tool_calls`. A call comes in one chunk, once it is whole: before that it may turn out to be none.
final class ChatReply implements ReplyForm {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CHUNK = "chat.completion.chunk";

    private final Envelope envelope;
    private final ReplyParser parser;
    private final String beginning;
    private final boolean oneCall;
    private final boolean includeUsage;
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final ArrayNode calls = JSON.createArrayNode();
    private Completion completion;

    /// @param parser       for a reply to this prompt
    /// @param beginning    text of the reply that was part of the prompt, to force a call
    /// @param oneCall      whether the first call is all that is wanted
    ChatReply(Envelope envelope, ReplyParser parser, String beginning, boolean oneCall, boolean includeUsage) {
        this.envelope = envelope;
        this.parser = parser;
        this.beginning = beginning;
        this.oneCall = oneCall;
        this.includeUsage = includeUsage;
    }

    @Override
    public List<ObjectNode> begin() {
        ObjectNode delta = JSON.createObjectNode().put("role", "assistant").put("content", "");
        List<ObjectNode> chunks = new ArrayList<>(List.of(chunk(delta, null)));
        chunks.addAll(text(beginning));
        return chunks;
    }

    @Override
    public List<ObjectNode> text(String piece) {
        return add(parser.push(piece));
    }

    private List<ObjectNode> add(List<ReplyPart> parts) {
        List<ObjectNode> chunks = new ArrayList<>();
        for (ReplyPart part : parts) {
            if (enough()) {
                break;
            }
            chunks.add(chunk(switch (part) {
                case ReplyPart.Reasoning thought -> {
                    reasoning.append(thought.text());
                    yield JSON.createObjectNode().put("reasoning_content", thought.text());
                }
                case ReplyPart.Content text -> {
                    content.append(text.text());
                    yield JSON.createObjectNode().put("content", text.text());
                }
                case ReplyPart.Call call -> {
                    ObjectNode delta = JSON.createObjectNode();
                    ObjectNode made = delta.putArray("tool_calls").addObject().put("index", calls.size());
                    ObjectNode whole = call(call.call());
                    made.setAll(whole);
                    calls.add(whole);
                    yield delta;
                }
            }, null));
        }
        return chunks;
    }

    private static ObjectNode call(ToolCall call) {
        ObjectNode node = JSON.createObjectNode().put("id", Envelope.newId("call_")).put("type", "function");
        try {
            node.putObject("function").put("name", call.name())
                .put("arguments", JSON.writeValueAsString(call.arguments()));
        } catch (JsonProcessingException e) {
            throw new AssertionError("plain values have a JSON form", e);
        }
        return node;
    }

    @Override
    public boolean enough() {
        return oneCall && !calls.isEmpty();
    }

    @Override
    public List<ObjectNode> end(Completion ended) {
        List<ObjectNode> chunks = new ArrayList<>(add(parser.finish()));
        completion = ended;
        chunks.add(chunk(JSON.createObjectNode(), finishReason()));
        if (includeUsage) {
            chunks.add(envelope.usageChunk(CHUNK, ended));
        }
        return chunks;
    }

    private String finishReason() {
        String reason = Envelope.finishReason(completion);
        return reason.equals("stop") && !calls.isEmpty() ? "tool_calls" : reason;
    }

    @Override
    public ObjectNode whole() {
        ObjectNode message = JSON.createObjectNode().put("role", "assistant");
        if (content.isEmpty() && !calls.isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", content.toString());
        }
        if (!reasoning.isEmpty()) {
            message.put("reasoning_content", reasoning.toString());
        }
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
        ObjectNode whole = envelope.around("chat.completion");
        ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
        choice.set("message", message);
        choice.putNull("logprobs").put("finish_reason", finishReason());
        whole.set("usage", Envelope.usage(completion));
        return whole;
    }

    private ObjectNode chunk(ObjectNode delta, String finishReason) {
        ObjectNode chunk = envelope.around(CHUNK);
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("logprobs").put("finish_reason", finishReason);
        return chunk;
    }
}
