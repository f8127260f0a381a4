package com.alphaheng.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplyParserTest {

    private static final List<Map<String, Object>> TOOLS = List.of(Map.of("type", "function", "function", Map.of(
        "name", "find", "parameters", Map.of("type", "object", "properties", Map.of(
            "text", Map.of("type", "string"), "limit", Map.of("type", "integer"))))));

    private static final String REPLY = "I should look.\n</think>Let me look.<tool_call>find<arg_key>text</arg_key>"
        + "<arg_value>42</arg_value><arg_key>limit</arg_key><arg_value>3</arg_value></tool_call><tool_call>list"
        + "</tool_call>Done: a < b, <thin> and <tool>.";

    @Test
    void reasoningTextAndCalls() {
        assertThat(parse(true, REPLY)).containsExactly(
            new ReplyPart.Reasoning("I should look.\n"),
            new ReplyPart.Content("Let me look."),
            new ReplyPart.Call(new ToolCall("find", Map.of("text", "42", "limit", 3L))),
            new ReplyPart.Call(new ToolCall("list", Map.of())),
            new ReplyPart.Content("Done: a < b, <thin> and <tool>."));
    }

    @Test
    void withoutThinkingItBeginsWithTheAnswer() {
        assertThat(parse(false, "Four.")).containsExactly(new ReplyPart.Content("Four."));
        assertThat(parse(false, "<think>hm</think>Four.")).containsExactly(new ReplyPart.Reasoning("hm"),
            new ReplyPart.Content("Four."));
        assertThat(ReplyParser.beginsThinking("<|assistant|><think>")).isTrue();
        assertThat(ReplyParser.beginsThinking("<|assistant|></think>")).isFalse();
    }

    @Test
    void valuesOfEveryKind() {
        Map<String, Object> expected = values("s", "a b", "n", -1.5, "t", true, "z", null, "q", "\"quoted\"",
            "l", List.of(1L, Map.of("a", 2L)), "bad", "{not json", "two", "1 2", "empty", "");
        assertThat(parse(false, call("unknown", "s", "a b", "n", "-1.5", "t", "true", "z", "null", "q", "\"quoted\"",
            "l", "[1, {\"a\": 2}]", "bad", "{not json", "two", "1 2", "empty", "")))
            .isEqualTo(List.of(new ReplyPart.Call(new ToolCall("unknown", expected))));
    }

    @Test
    void lineBreaksBetweenTheTagsAsOlderModelsWriteThem() {
        assertThat(parse(false, "<tool_call>find\n<arg_key>text</arg_key>\n<arg_value>x</arg_value>\n</tool_call>"))
            .containsExactly(new ReplyPart.Call(new ToolCall("find", Map.of("text", "x"))));
    }

    @Test
    void whatIsNoCallStaysText() {
        for (String text : List.of("<tool_call></tool_call>", "<tool_call>a b\nc</tool_call>",
            "<tool_call>f<arg_key>k</arg_key></tool_call>", "<tool_call>f<arg_key>k<arg_value>v</tool_call>",
            "<tool_call>f<arg_key>k</arg_key>x<arg_value>v</arg_value></tool_call>", "<tool_call>unfinished<arg_key>",
            "a <tool_cal", "<")) {
            assertThat(parse(false, text)).as(text).allMatch(part -> part instanceof ReplyPart.Content);
            assertThat(text(parse(false, text))).isEqualTo(text);
        }
        assertThat(parse(true, "never closed </thin")).containsExactly(new ReplyPart.Reasoning("never closed </thin"));
    }

    @Test
    void whereThePiecesBreakMakesNoDifference() {
        Random random = new Random(23);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder reply = new StringBuilder(REPLY.repeat(1 + round % 2));
            for (int i = random.nextInt(4); i > 0; i--) {
                int at = random.nextInt(reply.length() - 9);
                reply.delete(at, at + random.nextInt(9));
            }
            ReplyParser parser = new ReplyParser(round % 3 != 0, TOOLS);
            List<ReplyPart> parts = new ArrayList<>();
            for (int at = 0; at < reply.length();) {
                int end = Math.min(reply.length(), at + 1 + random.nextInt(7));
                parts.addAll(parser.push(reply.substring(at, end)));
                at = end;
            }
            parts.addAll(parser.finish());
            assertThat(merged(parts)).as(reply.toString()).isEqualTo(parse(round % 3 != 0, reply.toString()));
        }
    }

    private static String call(String name, String... keysAndValues) {
        StringBuilder out = new StringBuilder("<tool_call>").append(name);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            out.append("<arg_key>").append(keysAndValues[i]).append("</arg_key><arg_value>")
                .append(keysAndValues[i + 1]).append("</arg_value>");
        }
        return out.append("</tool_call>").toString();
    }

    private static Map<String, Object> values(Object... keysAndValues) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            out.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return out;
    }

    private static List<ReplyPart> parse(boolean thinking, String reply) {
        ReplyParser parser = new ReplyParser(thinking, TOOLS);
        List<ReplyPart> parts = new ArrayList<>(parser.push(reply));
        parts.addAll(parser.finish());
        return merged(parts);
    }

    /// Neighbouring texts of the same kind as one.
    private static List<ReplyPart> merged(List<ReplyPart> parts) {
        List<ReplyPart> out = new ArrayList<>();
        for (ReplyPart part : parts) {
            ReplyPart last = out.isEmpty() ? null : out.getLast();
            if (last instanceof ReplyPart.Content a && part instanceof ReplyPart.Content b) {
                out.set(out.size() - 1, new ReplyPart.Content(a.text() + b.text()));
            } else if (last instanceof ReplyPart.Reasoning a && part instanceof ReplyPart.Reasoning b) {
                out.set(out.size() - 1, new ReplyPart.Reasoning(a.text() + b.text()));
            } else {
                out.add(part);
            }
        }
        return out;
    }

    private static String text(List<ReplyPart> parts) {
        StringBuilder out = new StringBuilder();
        parts.forEach(part -> out.append(((ReplyPart.Content) part).text()));
        return out.toString();
    }
}
