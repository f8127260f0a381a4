package com.alphaheng.engine.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.server.ServedModel;
import com.alphaheng.engine.server.ServedModel.Answer;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the server answers with the shipped model, over HTTP.
class GenerationTest {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final String PROMPT = "public static int max(";

    private static ServedModel served;

    @BeforeAll
    static void serve() {
        served = new ServedModel(ServedModel.USUAL, Optional.empty());
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static String completion(String prompt, String more) {
        return "{\"model\": \"" + ServedModel.NAME + "\", \"prompt\": \"" + prompt + "\"" + more + "}";
    }

    private static String chat(String more) {
        return "{\"model\": \"" + ServedModel.NAME + "\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]"
            + more + "}";
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/text").textValue();
    }

    /// All pieces of one field, put together.
    private static String joined(List<JsonNode> chunks, String pointer) {
        return chunks.stream().map(chunk -> chunk.at(pointer).asText("")).collect(Collectors.joining());
    }

    /// The greedy continuation by the engine itself.
    private static int[] greedy(int[] prompt, int count) {
        try (Session session = served.engine().newSession(SessionOptions.greedy())) {
            session.sync(prompt);
            for (int i = 0; i < count; i++) {
                session.next();
            }
            return Arrays.copyOfRange(session.ids(), prompt.length, prompt.length + count);
        }
    }

    @Test
    void greedyTextIsTheEngines() {
        int[] prompt = served.tokenizer().encode(PROMPT, ControlTokens.PARSE);
        int[] ids = greedy(prompt, 24);
        String body = completion(PROMPT, ", \"temperature\": 0, \"max_tokens\": 24");
        Answer answer = served.post(COMPLETIONS, body);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(answer.json())).isEqualTo(served.tokenizer().decode(ids));
        assertThat(answer.json().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(answer.json().at("/usage/prompt_tokens").intValue()).isEqualTo(prompt.length);
        assertThat(answer.json().at("/usage/completion_tokens").intValue()).isEqualTo(24);
        assertThat(answer.json().path("id").textValue()).startsWith("cmpl-");
        // The prompt as ids; what the first request left in the session is used again.
        String ofIds = "{\"prompt\": " + Arrays.toString(prompt) + ", \"temperature\": 0, \"max_tokens\": 24}";
        Answer again = served.post(COMPLETIONS, ofIds);
        assertThat(text(again.json())).isEqualTo(text(answer.json()));
        assertThat(again.json().at("/usage/prompt_tokens_details/cached_tokens").intValue())
            .isEqualTo(prompt.length - 1);
    }

    @Test
    void aStreamIsTheWholeInPieces() {
        String options = ", \"seed\": 7, \"temperature\": 1.1, \"top_k\": 40, \"top_p\": 0.9, \"min_p\": 0.01,"
            + " \"frequency_penalty\": 0.1, \"max_tokens\": 40";
        String whole = text(served.post(COMPLETIONS, completion(PROMPT, options)).json());
        List<JsonNode> chunks = served.stream(COMPLETIONS, completion(PROMPT, options
            + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
        assertThat(whole).isNotEmpty();
        assertThat(joined(chunks, "/choices/0/text")).isEqualTo(whole);
        assertThat(chunks).hasSizeGreaterThan(10);
        assertThat(chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").textValue()).isIn("length", "stop");
        JsonNode last = chunks.getLast();
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.at("/usage/total_tokens").intValue()).isBetween(45 - 39, 45);
        assertThat(chunks).allMatch(chunk -> chunk.path("id").equals(last.path("id")));
    }

    @Test
    void aChatStreamIsTheWholeInPieces() {
        for (String thinking : List.of("true", "false")) {
            String options = ", \"temperature\": 0, \"max_completion_tokens\": 12, \"chat_template_kwargs\":"
                + " {\"enable_thinking\": " + thinking + "}";
            JsonNode message = served.post(CHAT, chat(options)).json().at("/choices/0/message");
            List<JsonNode> chunks = served.stream(CHAT, chat(options + ", \"stream\": true"));
            assertThat(message.path("role").textValue()).isEqualTo("assistant");
            assertThat(chunks.getFirst().at("/choices/0/delta/role").textValue()).isEqualTo("assistant");
            assertThat(joined(chunks, "/choices/0/delta/content")).isEqualTo(message.path("content").textValue());
            assertThat(joined(chunks, "/choices/0/delta/reasoning_content"))
                .isEqualTo(message.path("reasoning_content").asText());
            // The prompt opens the model's thoughts, so all of so short a reply is one; or it closed them.
            assertThat(message.path("reasoning_content").asText().isEmpty()).isNotEqualTo(
                message.path("content").textValue().isEmpty());
            assertThat(message.has("reasoning_content")).isEqualTo(thinking.equals("true"));
            assertThat(chunks.getLast().at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        }
    }

    @Test
    void stopStringsAndReasons() {
        String whole = text(served.post(COMPLETIONS, completion(PROMPT, ", \"temperature\": 0, \"max_tokens\": 30"))
            .json());
        String stop = whole.substring(8, 11);
        for (String form : List.of("\"" + stop + "\"", "[\"no such text\", \"" + stop + "\"]")) {
            JsonNode stopped = served.post(COMPLETIONS, completion(PROMPT, ", \"temperature\": 0, \"max_tokens\": 30,"
                + " \"stop\": " + form)).json();
            assertThat(text(stopped)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(stopped.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        }
        // 16 tokens are OpenAI's default; a biased end-of-text id ends at once.
        assertThat(served.post(COMPLETIONS, completion(PROMPT, ", \"temperature\": 0")).json()
            .at("/usage/completion_tokens").intValue()).isEqualTo(16);
        for (int end : served.engine().config().endOfSequence()) {
            JsonNode ended = served.post(COMPLETIONS, completion(PROMPT, ", \"logit_bias\": {\"" + end + "\": 100}"))
                .json();
            assertThat(text(ended)).as("id " + end).isEmpty();
            assertThat(ended.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
            assertThat(ended.at("/usage/completion_tokens").intValue()).isEqualTo(1);
        }
    }

    @Test
    void generationEndsWhenTheContextIsFull() {
        int context = served.scheduler().context();
        int[] prompt = new int[context - 3];
        Arrays.fill(prompt, 100);
        JsonNode full = served.post(COMPLETIONS, "{\"prompt\": " + Arrays.toString(prompt)
            + ", \"max_tokens\": 500, \"ignore_eos\": true}").json();
        assertThat(full.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(full.at("/usage/completion_tokens").intValue()).isEqualTo(4);
    }

    @Test
    void clientsAtTheSameTimeDoNotDisturbEachOther() {
        List<String> prompts = List.of("public class ", "import java.util.", "private static void run(", "return new ",
            "/** The ");
        String options = ", \"temperature\": 0, \"max_tokens\": 30";
        List<String> alone = prompts.stream()
            .map(prompt -> text(served.post(COMPLETIONS, completion(prompt, options)).json())).toList();
        List<CompletableFuture<String>> together = prompts.stream().map(prompt -> CompletableFuture.supplyAsync(
            () -> joined(served.stream(COMPLETIONS, completion(prompt, options + ", \"stream\": true")),
                "/choices/0/text"))).toList();
        assertThat(together.stream().map(CompletableFuture::join).toList()).isEqualTo(alone);
    }

    @Test
    void aConversationIsNotComputedTwice() {
        String first = "{\"role\": \"user\", \"content\": \"Write a method that adds the numbers of a list.\"}";
        String options = ", \"temperature\": 0, \"max_tokens\": 8, \"reasoning_effort\": \"none\"}";
        JsonNode reply = served.post(CHAT, "{\"messages\": [" + first + "]" + options).json();
        int prompt = reply.at("/usage/prompt_tokens").intValue();
        JsonNode next = served.post(CHAT, "{\"messages\": [" + first + ", {\"role\": \"assistant\", \"content\": "
            + reply.at("/choices/0/message/content") + "}, {\"role\": \"user\", \"content\": [{\"type\": \"text\","
            + " \"text\": \"Now \"}, {\"type\": \"text\", \"text\": \"multiply.\"}]}]" + options).json();
        assertThat(next.at("/usage/prompt_tokens_details/cached_tokens").intValue()).isGreaterThanOrEqualTo(prompt);
    }

    @Test
    void metricsTellWhatHappened() {
        double tokens = served.metric("marlin_generated_tokens_total");
        double first = served.metric("marlin_time_to_first_token_seconds_count");
        double between = served.metric("marlin_inter_token_seconds_count");
        double dispatches = served.metric("marlin_device_dispatches_total{phase=\"decode\"}");
        served.post(COMPLETIONS, completion(PROMPT, ", \"max_tokens\": 10, \"ignore_eos\": true"));
        assertThat(served.metric("marlin_generated_tokens_total")).isEqualTo(tokens + 10);
        assertThat(served.metric("marlin_time_to_first_token_seconds_count")).isEqualTo(first + 1);
        assertThat(served.metric("marlin_inter_token_seconds_count")).isEqualTo(between + 9);
        assertThat(served.metric("marlin_device_dispatches_total{phase=\"decode\"}")).isGreaterThan(dispatches);
        assertThat(served.metric("marlin_kv_tokens")).isPositive();
        assertThat(served.metric("marlin_decode_dispatches_per_token")).isPositive();
        assertThat(served.metric("marlin_requests_total{endpoint=\"completions\",status=\"200\"}")).isPositive();
        Answer metrics = served.get("/metrics");
        assertThat(metrics.response().headers().firstValue("Content-Type").orElseThrow())
            .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(metrics.response().body().lines()).allMatch(line -> line.matches("# (HELP|TYPE) marlin_[a-z_]+ .+")
            || line.matches("marlin_[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+})? [0-9]+(\\.[0-9]+)?"));
    }

    @Test
    void models() {
        JsonNode list = served.get("/v1/models").json();
        assertThat(StreamSupport.stream(list.path("data").spliterator(), false)
            .map(model -> model.path("id").textValue())).containsExactly(ServedModel.NAME);
        assertThat(served.get("/v1/models/" + ServedModel.NAME).json().path("max_model_len").intValue())
            .isEqualTo(served.scheduler().context());
        assertThat(served.get("/health/live").status()).isEqualTo(200);
        assertThat(served.get("/health/ready").json().path("status").textValue()).isEqualTo("ok");
    }

    @Test
    void fieldsThatMeanNothingHereAreNamed() {
        Answer answer = served.post(CHAT, chat(", \"max_tokens\": 1, \"user\": \"u1\", \"max_tokenz\": 5"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.response().headers().firstValue("Marlin-Ignored-Fields")).hasValue("user, max_tokenz");
    }
}
