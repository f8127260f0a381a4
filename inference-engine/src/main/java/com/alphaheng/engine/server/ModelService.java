package com.alphaheng.engine.server;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.chat.ChatTemplateException;
import com.alphaheng.engine.chat.ReplyParser;
import com.alphaheng.engine.sampling.GenerationDefaults;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One model behind OpenAI's API: turns bodies of requests into work for the [Scheduler] and the form of its reply.
/// Thread-safe; owns nothing.
public final class ModelService {

    private static final ObjectMapper JSON = new ObjectMapper();
    /// More than the ids of `<think>` and a line break.
    private static final int END_OF_PROMPT = 8;

    /// A request that was understood.
    ///
    /// @param stream  whether the reply comes in chunks
    /// @param ignored names of fields that mean nothing here
    public record Work(Order order, ReplyForm reply, boolean stream, List<String> ignored) { }

    private final String model;
    private final Engine engine;
    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final GenerationDefaults defaults;
    private final boolean thinking;
    private final Instant loaded = Instant.now();

    /// @param model    the name that clients call the model
    /// @param template none for a model that does not chat
    /// @param thinking whether the model thinks before it answers when a request says nothing
    public ModelService(String model, Engine engine, Tokenizer tokenizer, Optional<ChatTemplate> template,
                        boolean thinking) {
        this.model = model;
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.template = template;
        this.defaults = GenerationDefaults.read(engine.directory());
        this.thinking = thinking;
    }

    /// Understands the body of `POST /v1/chat/completions`.
    ///
    /// @throws ApiException saying what is wrong with it
    public Work chat(JsonNode body) {
        ChatRequest request = ChatRequest.read(body, defaults, thinking);
        requireModel(request.common().model());
        int[] prompt = prompt(request);
        ReplyParser parser = new ReplyParser(beginsThinking(prompt), request.tools());
        return new Work(new Order(prompt, "messages", request.common().sampling(), request.common().limits()),
            new ChatReply(Envelope.create("chatcmpl-", model), parser, request.beginning(), request.oneCall(),
                request.common().includeUsage()), request.common().stream(), request.ignored());
    }

    private int[] prompt(ChatRequest request) {
        ChatTemplate conversation = template.orElseThrow(() -> ApiException.refused(404, null, "no_chat_template",
            "the model '" + model + "' completes text but does not chat: it came without a chat template. Use"
                + " /v1/completions, or put the chat_template.jinja that belongs to it into its folder"));
        int[] prompt;
        try {
            prompt = conversation.encode(request.messages(), request.options(), tokenizer);
        } catch (ChatTemplateException e) {
            throw ApiException.invalid("messages", e.getMessage());
        }
        if (request.forcesCall()) {
            // The template may know no way to leave thinking out.
            String end = beginsThinking(prompt) ? "</think>" : "";
            prompt = join(prompt, tokenizer.encode(end + request.beginning(), ControlTokens.PARSE));
        }
        return prompt;
    }

    private boolean beginsThinking(int[] prompt) {
        return ReplyParser.beginsThinking(tokenizer.decode(
            Arrays.copyOfRange(prompt, Math.max(0, prompt.length - END_OF_PROMPT), prompt.length)));
    }

    private static int[] join(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /// Understands the body of `POST /v1/completions`.
    ///
    /// @throws ApiException saying what is wrong with it
    public Work completion(JsonNode body) {
        CompletionRequest request = CompletionRequest.read(body, defaults);
        requireModel(request.common().model());
        int[] prompt = request.ids(tokenizer, engine.config().vocabSize());
        return new Work(new Order(prompt, "prompt", request.common().sampling(), request.common().limits()),
            new TextReply(Envelope.create("cmpl-", model), request.common().includeUsage()),
            request.common().stream(), request.ignored());
    }

    /// @param name null when the request names none
    private void requireModel(String name) {
        if (name != null && !name.equals(model)) {
            throw unknownModel(name);
        }
    }

    private ApiException unknownModel(String name) {
        return ApiException.refused(404, "model", "model_not_found", "there is no model '" + name
            + "' here: this server has '" + model + "'");
    }

    /// The answer to `GET /v1/models`.
    ///
    /// @param context most tokens of a prompt and its reply
    public ObjectNode models(int context) {
        ObjectNode list = JSON.createObjectNode().put("object", "list");
        list.putArray("data").add(model(model, context));
        return list;
    }

    /// The answer to `GET /v1/models/{name}`. `max_model_len` is vLLM's.
    ///
    /// @throws ApiException when this server has another
    public ObjectNode model(String name, int context) {
        if (!name.equals(model)) {
            throw unknownModel(name);
        }
        return JSON.createObjectNode().put("id", model).put("object", "model").put("created", loaded.getEpochSecond())
            .put("owned_by", "marlin").put("max_model_len", context);
    }
}
