package com.alphaheng.engine.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.server.ServedModel;
import com.alphaheng.engine.server.ServedModel.Answer;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every refusal in OpenAI's form, with place and remedy.
class RefusalsTest {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String CHAT = "/v1/chat/completions";
    private static final String KEY = "secret";

    private static ServedModel served;

    @BeforeAll
    static void serve() {
        served = new ServedModel(ServedModel.USUAL, Optional.of(KEY));
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static Answer post(String path, String body) {
        return served.send(served.posting(path, body).header("Authorization", "Bearer " + KEY).build());
    }

    private static void refused(Answer answer, int status, String code, String parameter, String message) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.error().path("code").asText()).isEqualTo(code);
        assertThat(answer.error().path("param").asText()).isEqualTo(parameter);
        assertThat(answer.error().path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(answer.error().path("message").asText()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "n": 2                                        | unsupported_parameter | n               | send the request again
        "logprobs": true                              | unsupported_parameter | logprobs        | ./marlin ppl
        "top_logprobs": 3                             | unsupported_parameter | logprobs        | ./marlin ppl
        "response_format": {"type": "json_object"}    | unsupported_parameter | response_format | Describe the format
        "functions": []                               | unsupported_parameter | functions       | use tools
        "modalities": ["audio"]                       | unsupported_parameter | modalities      | text only
        "audio": {}                                   | unsupported_parameter | audio           | text only
        "temperature": "hot"                          | invalid_value | temperature | not a string
        "top_p": 1.5                                  | invalid_value | top_p       | must be a number from 0 to 1
        "top_k": 1.5                                  | invalid_value | top_k       | must be an integer from -1
        "seed": "x"                                   | invalid_value | seed        | must be an integer
        "max_tokens": 0                               | invalid_value | max_tokens  | an integer of at least 1, not 0
        "stop": ["a", "b", "c", "d", "e"]             | invalid_value | stop        | may hold 4 strings, not 5
        "stop": 5                                     | invalid_value | stop        | must be a list, not 5
        "stream": "yes"                               | invalid_value | stream      | must be true or false
        "stream_options": []                          | invalid_value | stream_options | must be a JSON object
        "logit_bias": {"x": 1}                        | invalid_value | logit_bias  | 'x' is no token id
        "logit_bias": {"99999": 1}                    | invalid_value | logit_bias  | the vocabulary has 8192 ids
        "messages": []                                | invalid_value | messages    | at least one message
        "messages": [{"role": "bot", "content": ""}]  | invalid_value | messages[0].role    | not 'bot'
        "messages": [{"role": "user"}]                | invalid_value | messages[0].content | not null
        "messages": ["hi"]                            | invalid_value | messages[0]         | not a string
        "tools": [{"type": "retrieval"}]              | unsupported_parameter | tools[0].type          | not 'retrieval'
        "tool_choice": "required"                     | invalid_value | tool_choice | but tools is empty
        "tool_choice": "sometimes"                    | invalid_value | tool_choice | not "sometimes"
        "chat_template_kwargs": 5                     | invalid_value | chat_template_kwargs | must be a JSON object
        """)
    void chatFields(String field, String code, String parameter, String message) {
        String messages = field.startsWith("\"messages\"") ? "" : ", \"messages\": [{\"role\": \"user\","
            + " \"content\": \"hi\"}]";
        refused(post(CHAT, "{" + field + messages + "}"), 400, code, parameter, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "prompt": ""                       | invalid_value         | prompt   | the prompt is empty
        "prompt": []                       | invalid_value         | prompt   | the prompt is empty
        "prompt": ["a", "b"]               | unsupported_parameter | prompt   | holds 2 prompts
        "prompt": 5                        | invalid_value         | prompt   | a string or a list of token ids
        "prompt": "a", "echo": true        | unsupported_parameter | echo     | put it before the text yourself
        "prompt": "a", "suffix": "b"       | unsupported_parameter | suffix   | does not fill gaps
        "prompt": "a", "best_of": 3        | unsupported_parameter | best_of  | must be 1
        "prompt": "a", "logprobs": 1       | unsupported_parameter | logprobs | ./marlin ppl
        """)
    void completionFields(String fields, String code, String parameter, String message) {
        refused(post(COMPLETIONS, "{" + fields + "}"), 400, code, parameter, message);
    }

    @Test
    void whatIsWrongDeepInside() {
        String arguments = "messages[1].tool_calls[0].function.arguments";
        String call = "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
            + " \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"%s\"}}]}]}";
        refused(post(CHAT, call.formatted("[]")), 400, "invalid_value", arguments, "a JSON object, not []");
        refused(post(CHAT, call.formatted("{")), 400, "invalid_value", arguments, "a JSON object: Unexpected end");
        refused(post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}"), 400,
            "unsupported_parameter", "messages[0].content[0].type", "this model reads text only, not 'image_url'");
        refused(post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tool_choice\": {\"type\":"
            + " \"function\", \"function\": {\"name\": \"g\"}}}"), 400, "invalid_value", "tool_choice",
            "'g', which is none of the tools given");
    }

    @Test
    void bodiesThatAreNoJson() {
        refused(post(CHAT, "{\"messages\": [\n{]}"), 400, "invalid_json", "null", "(line 2, column ");
        refused(post(CHAT, ""), 400, "invalid_json", "null", "the body is empty");
        refused(post(CHAT, "[]"), 400, "invalid_value", "null", "the body must be a JSON object, not a list");
        refused(post(CHAT, "{} {}"), 400, "invalid_json", "null", "not valid JSON");
        refused(served.send(served.request(CHAT).header("Authorization", "Bearer " + KEY)
            .POST(HttpRequest.BodyPublishers.ofString("{}")).build()), 415, "unsupported_media_type", "null",
            "Content-Type: application/json");
    }

    @Test
    void bodiesThatAreTooLarge() {
        String large = "{\"prompt\": \"" + "x".repeat(1 << 20) + "\"}";
        refused(post(COMPLETIONS, large), 413, "body_too_large", "null", "--max-body");
        HttpRequest chunked = served.request(COMPLETIONS).header("Authorization", "Bearer " + KEY)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArrays(Collections.nCopies(40, new byte[1 << 15])))
            .build();
        refused(served.send(chunked), 413, "body_too_large", "null", "this server takes 1048576");
        assertThat(served.get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void promptsThatAreTooLong() {
        int[] prompt = new int[served.scheduler().context()];
        refused(post(COMPLETIONS, "{\"prompt\": " + Arrays.toString(prompt) + "}"), 400, "context_length_exceeded",
            "prompt", "the prompt has 2048 tokens; a prompt may have 2047 here");
        refused(post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": \"" + "int x;\\n".repeat(2000)
            + "\"}]}"), 400, "context_length_exceeded", "messages", "larger --context (this model goes up to 2048)");
    }

    @Test
    void unknownModelsAndPlaces() {
        String model = "\"model\": \"gpt-4o\"";
        refused(post(COMPLETIONS, "{\"prompt\": \"a\", " + model + "}"), 404, "model_not_found", "model",
            "there is no model 'gpt-4o' here: this server has 'tiny-java-glm'");
        refused(post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], " + model + "}"), 404,
            "model_not_found", "model", "'tiny-java-glm'");
        refused(post("/v1/embeddings", "{}"), 404, "unknown_url", "null", "this server has /v1/chat/completions, ");
        refused(served.send(served.request("/v1/models/a%20b").header("Authorization", "Bearer " + KEY).build()), 404,
            "model_not_found", "model", "there is no model 'a b' here");
        refused(served.send(served.request(CHAT).header("Authorization", "Bearer " + KEY).build()), 405,
            "method_not_allowed", "null", "takes POST, not GET");
    }

    @Test
    void theKeyGuardsModelsAndNothingElse() {
        refused(served.get("/v1/models"), 401, "invalid_api_key", "null", "Authorization: Bearer KEY");
        Answer wrong = served.send(served.posting(CHAT, "{}").header("Authorization", "Bearer wrong").build());
        refused(wrong, 401, "invalid_api_key", "null", "not the API key");
        assertThat(wrong.response().headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(served.get("/health/ready").status()).isEqualTo(200);
        assertThat(served.get("/metrics").status()).isEqualTo(200);
        assertThat(served.metric("marlin_requests_total{endpoint=\"other\",status=\"401\"}")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aModelWithoutATemplateOnlyCompletes() {
        try (ServedModel silent = new ServedModel(ServedModel.USUAL, Optional.empty(), Optional.empty(), 1 << 20)) {
            refused(silent.post(CHAT, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}"), 404,
                "no_chat_template", "null", "Use /v1/completions");
            assertThat(silent.post(COMPLETIONS, "{\"prompt\": \"a\", \"max_tokens\": 1}").status()).isEqualTo(200);
        }
    }
}
