package com.alphaheng.engine.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.server.ServedModel;
import com.alphaheng.engine.server.ServedModel.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tools over HTTP, with a template in GLM-4.7-Flash's form. The shipped model has never seen a call; forced to begin
/// one and biased to end it, it makes one without arguments.
class ToolCallsTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String TOOLS = ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"now\","
        + " \"description\": \"Tells the time.\"}}], \"temperature\": 0, \"max_tokens\": 6";

    @TempDir
    private Path folder;

    private static String chat(String messages, String more) {
        return "{\"messages\": [{\"role\": \"user\", \"content\": \"What time is it?\"}" + messages + "]" + TOOLS + more
            + "}";
    }

    private ServedModel served() throws IOException {
        try (InputStream template = ChatTemplate.class.getResourceAsStream("jinja/conversation.jinja")) {
            Files.write(folder.resolve("chat_template.jinja"), template.readAllBytes());
        }
        return new ServedModel(ServedModel.USUAL, Optional.empty(), Optional.of(ChatTemplate.load(folder)), 1 << 20);
    }

    @Test
    void callsAreForcedReadAndAnswered() throws IOException {
        try (ServedModel served = served()) {
            int end = served.tokenizer().idOf("</tool_call>").orElseThrow();
            String forced = ", \"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"now\"}},"
                + " \"parallel_tool_calls\": false, \"logit_bias\": {\"" + end + "\": 100}";
            Answer answer = served.post(CHAT, chat("", forced));
            JsonNode message = answer.json().at("/choices/0/message");
            assertThat(message.at("/tool_calls/0/function/name").textValue()).as(answer.response().body())
                .isEqualTo("now");
            assertThat(message.path("tool_calls")).hasSize(1);
            assertThat(message.path("content").isNull()).isTrue();
            assertThat(answer.json().at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");
            assertThat(answer.json().at("/usage/completion_tokens").intValue()).isEqualTo(1);

            List<JsonNode> chunks = served.stream(CHAT, chat("", forced + ", \"stream\": true"));
            assertThat(chunks).filteredOn(chunk -> chunk.at("/choices/0/delta").has("tool_calls")).hasSize(1);
            assertThat(chunks.getLast().at("/choices/0/finish_reason").textValue()).isEqualTo("tool_calls");

            // The call and its result are part of the next prompt.
            int without = answer.json().at("/usage/prompt_tokens").intValue();
            JsonNode next = served.post(CHAT, chat(", " + message + ", {\"role\": \"tool\", \"tool_call_id\": "
                + message.at("/tool_calls/0/id") + ", \"content\": \"noon\"}", "")).json();
            assertThat(next.at("/usage/prompt_tokens").intValue()).isGreaterThan(without);
        }
    }

    @Test
    void aToolMustBeCalledOrMustNot() throws IOException {
        try (ServedModel served = served()) {
            int auto = promptTokens(served, "");
            // <tool_call> begins the reply instead of thoughts.
            assertThat(promptTokens(served, ", \"tool_choice\": \"required\"")).isEqualTo(auto + 1);
            assertThat(promptTokens(served, ", \"tool_choice\": \"none\"")).as("the prompt tells of no tools")
                .isLessThan(auto - 5);
            JsonNode unfinished = served.post(CHAT, chat("", ", \"tool_choice\": \"required\"")).json();
            assertThat(unfinished.at("/choices/0/message/content").textValue()).as("what is no call stays text")
                .startsWith("<tool_call>");
        }
    }

    private static int promptTokens(ServedModel served, String more) {
        return served.post(CHAT, chat("", more)).json().at("/usage/prompt_tokens").intValue();
    }
}
