package com.alphaheng.engine.chat;

import com.alphaheng.engine.chat.jinja.JinjaException;
import com.alphaheng.engine.chat.jinja.Template;
import com.alphaheng.engine.tokenizer.AddedToken;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The chat template of a checkpoint: `chat_template.jinja`, else `chat_template` in tokenizer_config.json.
///
/// What people and tools wrote cannot forge control tokens: wherever a message spells one, a mark goes into the
/// spelling before the template runs, and comes out again once the control tokens of the result are told apart from
/// its text.
public final class ChatTemplate {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_BYTES = 4 << 20;
    private static final List<String> NAMED_TOKENS = List.of("bos_token", "eos_token", "pad_token", "unk_token");
    /// Templates look for these in what an assistant said, to take its thoughts out.
    private static final List<String> THOUGHT_MARKS = List.of("<think>", "</think>");

    private final Path file;
    private final Template template;
    private final Map<String, Object> tokens;

    private ChatTemplate(Path file, Template template, Map<String, Object> tokens) {
        this.file = file;
        this.template = template;
        this.tokens = tokens;
    }

    /// Whether a model folder has a template.
    public static boolean exists(Path directory) {
        return Files.isRegularFile(directory.resolve("chat_template.jinja"))
            || Files.isRegularFile(directory.resolve("tokenizer_config.json"))
            && config(directory.resolve("tokenizer_config.json")).has("chat_template");
    }

    /// Loads the template of a model folder.
    ///
    /// @throws ChatTemplateException naming the file, what is wrong with it, and what would help
    public static ChatTemplate load(Path directory) {
        Path configFile = directory.resolve("tokenizer_config.json");
        JsonNode config = Files.isRegularFile(configFile) ? config(configFile) : JSON.createObjectNode();
        Map<String, Object> tokens = new HashMap<>();
        for (String name : NAMED_TOKENS) {
            JsonNode token = config.path(name).isObject() ? config.path(name).path("content") : config.path(name);
            if (token.isTextual()) {
                tokens.put(name, token.textValue());
            }
        }
        Path templateFile = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(templateFile)) {
            return new ChatTemplate(templateFile, parse(templateFile, read(templateFile)), tokens);
        }
        JsonNode source = config.path("chat_template");
        for (JsonNode named : source.isArray() ? source : List.<JsonNode>of()) {
            if (named.path("name").asText().equals("default")) {
                source = named.path("template");
            }
        }
        if (!source.isTextual()) {
            throw new ChatTemplateException(configFile, "has no chat_template, and there is no chat_template.jinja"
                + " beside it: this model completes text but does not chat. Use generate --raw, or copy the"
                + " template from where the model came from", null);
        }
        return new ChatTemplate(configFile, parse(configFile, source.textValue()), tokens);
    }

    private static JsonNode config(Path file) {
        try {
            JsonNode config = JSON.readTree(read(file));
            if (!config.isObject()) {
                throw new ChatTemplateException(file, "expected a JSON object. Fetch the file again from where the"
                    + " model came from", null);
            }
            return config;
        } catch (JsonProcessingException e) {
            throw new ChatTemplateException(file, "is not valid JSON: " + e.getOriginalMessage() + " at line "
                + e.getLocation().getLineNr() + ". Fetch the file again from where the model came from", e);
        }
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ChatTemplateException(file, "is " + Files.size(file) + " bytes, more than the " + MAX_BYTES
                    + " that any template needs: this is another file", null);
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new ChatTemplateException(file, "cannot be read: " + e, e);
        }
    }

    private static Template parse(Path file, String source) {
        try {
            return Template.parse(source);
        } catch (JinjaException e) {
            throw new ChatTemplateException(file, "chat template, " + e.getMessage(), e);
        }
    }

    /// The prompt as text, control tokens spelled out.
    ///
    /// @throws ChatTemplateException when the template refuses the conversation
    public String render(List<ChatMessage> messages, ChatOptions options) {
        return render(messages, options, List.of()).replace(String.valueOf(Template.GUARD), "");
    }

    /// The prompt as ids. Control tokens come from the template alone.
    ///
    /// @throws ChatTemplateException when the template refuses the conversation
    public int[] encode(List<ChatMessage> messages, ChatOptions options, Tokenizer tokenizer) {
        List<String> control = tokenizer.addedTokens().stream().map(AddedToken::content).toList();
        return tokenizer.encodeGuarded(render(messages, options, control), Template.GUARD);
    }

    private String render(List<ChatMessage> messages, ChatOptions options, List<String> control) {
        Map<String, Object> variables = new HashMap<>(tokens);
        variables.put("documents", null);
        variables.putAll(options.variables());
        List<Object> plain = new ArrayList<>();
        for (ChatMessage message : messages) {
            plain.add(variables(message, control));
        }
        variables.put("messages", plain);
        variables.put("tools", options.tools().isEmpty() ? null : guarded(options.tools(), control));
        variables.put("enable_thinking", options.thinking());
        variables.put("add_generation_prompt", options.reply());
        try {
            return template.render(variables);
        } catch (JinjaException e) {
            throw new ChatTemplateException(file, "chat template, " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> variables(ChatMessage message, List<String> control) {
        List<String> guarded = message.role() == ChatMessage.Role.ASSISTANT
            ? control.stream().filter(token -> !THOUGHT_MARKS.contains(token)).toList() : control;
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("role", message.role().template());
        variables.put("content", guarded(message.content(), guarded));
        if (message.reasoning() != null) {
            variables.put("reasoning_content", guarded(message.reasoning(), control));
        }
        if (!message.toolCalls().isEmpty()) {
            List<Object> calls = new ArrayList<>();
            for (ToolCall call : message.toolCalls()) {
                Map<String, Object> function = new LinkedHashMap<>();
                function.put("name", guarded(call.name(), control));
                function.put("arguments", guarded(call.arguments(), control));
                calls.add(Map.of("type", "function", "function", function));
            }
            variables.put("tool_calls", calls);
        }
        return variables;
    }

    /// A value whose strings have a mark inside every spelling of a control token.
    private static Object guarded(Object value, List<String> control) {
        return switch (value) {
            case String text -> {
                String marked = text;
                for (String token : control) {
                    int first = token.offsetByCodePoints(0, 1);
                    marked = marked.replace(token, token.substring(0, first) + Template.GUARD + token.substring(first));
                }
                yield marked;
            }
            case List<?> items -> {
                List<Object> out = new ArrayList<>();
                items.forEach(item -> out.add(guarded(item, control)));
                yield out;
            }
            case Map<?, ?> entries -> {
                Map<Object, Object> out = new LinkedHashMap<>();
                entries.forEach((key, item) -> out.put(guarded(key, control), guarded(item, control)));
                yield out;
            }
            case null -> null;
            default -> value;
        };
    }
}
