package com.alphaheng.engine.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.Completion.Finish;
import com.alphaheng.engine.chat.ReplyParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Replies in OpenAI's words, from texts that the shipped model could not write.
class ChatReplyTest {

    private static final List<Map<String, Object>> TOOLS = List.of(Map.of("type", "function", "function", Map.of(
        "name", "find", "parameters", Map.of("type", "object", "properties", Map.of(
            "text", Map.of("type", "string"), "limit", Map.of("type", "integer"))))));
    private static final String REPLY = "Ich prüfe 😀.\n</think>Let <me> look.<tool_call>find<arg_key>text</arg_key>"
        + "<arg_value>42</arg_value><arg_key>limit</arg_key><arg_value>3</arg_value></tool_call><tool_call>list"
        + "</tool_call>Done.";

    private static Completion completion(Finish finish) {
        return new Completion(7, 3, 20, finish, 0.1, 0.2);
    }

    private static ChatReply reply(boolean thinking, String beginning, boolean oneCall, boolean usage) {
        return new ChatReply(new Envelope("chatcmpl-1", 5, "m"), new ReplyParser(thinking, TOOLS), beginning, oneCall,
            usage);
    }

    private static ObjectNode whole(String text, Finish finish) {
        ChatReply reply = reply(true, "", false, false);
        reply.begin();
        reply.text(text);
        reply.end(completion(finish));
        return reply.whole();
    }

    @Test
    void reasoningTextAndCalls() throws Exception {
        ObjectNode whole = whole(REPLY, Finish.END_OF_TEXT);
        JsonNode message = whole.at("/choices/0/message");
        assertThat(message.path("reasoning_content").textValue()).isEqualTo("Ich prüfe 😀.\n");
        assertThat(message.path("content").textValue()).isEqualTo("Let <me> look.Done.");
        assertThat(message.path("tool_calls")).hasSize(2);
        assertThat(message.at("/tool_calls/0/id").textValue()).startsWith("call_");
        assertThat(message.at("/tool_calls/0/function/name").textValue()).isEqualTo("find");
        assertThat(new ObjectMapper().readTree(message.at("/tool_calls/0/function/arguments").textValue()))
            .isEqualTo(new ObjectMapper().readTree("{\"text\": \"42\", \"limit\": 3}"));
        assertThat(message.at("/tool_calls/1/function/arguments").textValue()).isEqualTo("{}");
        assertThat(whole.at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(whole.path("usage")).isEqualTo(new ObjectMapper().readTree("{\"prompt_tokens\": 7,"
            + " \"completion_tokens\": 20, \"total_tokens\": 27, \"prompt_tokens_details\": {\"cached_tokens\": 4}}"));
    }

    @Test
    void finishReasons() {
        assertThat(Finish.values()).allSatisfy(finish -> assertThat(
            whole("x</think>y", finish).at("/choices/0/finish_reason").textValue()).isEqualTo(switch (finish) {
                case END_OF_TEXT, STOP_STRING, INTERRUPTED -> "stop";
                case LENGTH, CONTEXT_FULL -> "length";
            }));
        // Calls that are whole are worth nothing when the reply was cut off behind them.
        assertThat(whole(REPLY, Finish.LENGTH).at("/choices/0/finish_reason").textValue()).isEqualTo("length");
    }

    @Test
    void onlyCallsLeaveTheContentNull() {
        assertThat(whole("</think><tool_call>list</tool_call>", Finish.END_OF_TEXT).at("/choices/0/message/content")
            .isNull()).isTrue();
        assertThat(whole("only thoughts", Finish.LENGTH).at("/choices/0/message/content").textValue()).isEmpty();
    }

    @Test
    void chunksMakeUpTheWholeWhereverTheTextBreaks() {
        JsonNode expected = withoutIds(whole(REPLY, Finish.END_OF_TEXT));
        for (int first = 0; first <= REPLY.length(); first++) {
            for (int second = first; second <= REPLY.length(); second += 3) {
                ChatReply reply = reply(true, "", false, true);
                List<ObjectNode> chunks = new ArrayList<>(reply.begin());
                chunks.addAll(reply.text(REPLY.substring(0, first)));
                chunks.addAll(reply.text(REPLY.substring(first, second)));
                chunks.addAll(reply.text(REPLY.substring(second)));
                chunks.addAll(reply.end(completion(Finish.END_OF_TEXT)));
                assertThat(withoutIds(assembled(chunks))).as(first + ", " + second).isEqualTo(expected);
                assertThat(withoutIds(reply.whole())).isEqualTo(expected);
            }
        }
    }

    /// What a client makes of the chunks.
    private static ObjectNode assembled(List<ObjectNode> chunks) {
        ObjectNode whole = new Envelope("chatcmpl-1", 5, "m").around("chat.completion");
        ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
        ObjectNode message = choice.putObject("message").put("role", "assistant").put("content", "");
        for (ObjectNode chunk : chunks) {
            JsonNode delta = chunk.at("/choices/0/delta");
            for (String field : List.of("content", "reasoning_content")) {
                if (delta.has(field)) {
                    message.put(field, message.path(field).asText("") + delta.path(field).textValue());
                }
            }
            for (JsonNode call : delta.path("tool_calls")) {
                assertThat(call.path("index").intValue()).isEqualTo(message.path("tool_calls").size());
                ObjectNode plain = call.deepCopy();
                plain.remove("index");
                message.withArray("tool_calls").add(plain);
            }
            choice.set("finish_reason", chunk.at("/choices/0/finish_reason"));
            if (chunk.has("usage")) {
                whole.set("usage", chunk.path("usage"));
                choice.put("finish_reason", "tool_calls");
            }
        }
        choice.putNull("logprobs");
        return whole;
    }

    /// Ids of calls are drawn.
    private static JsonNode withoutIds(ObjectNode whole) {
        ObjectNode copy = whole.deepCopy();
        copy.at("/choices/0/message/tool_calls").forEach(call -> ((ObjectNode) call).remove("id"));
        return copy;
    }

    @Test
    void aForcedCallIsPartOfTheReply() {
        ChatReply reply = reply(false, "<tool_call>find", true, false);
        assertThat(reply.begin()).hasSize(1);
        assertThat(reply.text("<arg_key>limit</arg_key><arg_value>3</arg_value></tool_call>")).hasSize(1);
        assertThat(reply.enough()).isTrue();
        assertThat(reply.text("<tool_call>list</tool_call>and more")).isEmpty();
        reply.end(completion(Finish.INTERRUPTED));
        assertThat(reply.whole().at("/choices/0/message/tool_calls")).hasSize(1);
        assertThat(reply.whole().at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");
    }
}
