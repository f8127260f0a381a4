package com.alphaheng.engine.cli;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.chat.ChatMessage;
import com.alphaheng.engine.chat.ChatMessage.Role;
import com.alphaheng.engine.chat.ChatOptions;
import com.alphaheng.engine.chat.ChatTemplate;
import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.JsonValues;
import com.alphaheng.engine.chat.PromptCache;
import com.alphaheng.engine.chat.ReplyParser;
import com.alphaheng.engine.chat.ReplyPart;
import com.alphaheng.engine.sampling.Sampling;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Continues a text, or answers one message.
@Command(name = "generate", mixinStandardHelpOptions = true,
    description = "Continues a text, or with --chat answers a message. The text streams to standard output.")
final class GenerateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Mixin
    private RungOptions rung;

    @Mixin
    private SamplingOptions choice;

    @ArgGroup
    private Prompt prompt = new Prompt();

    private static final class Prompt {

        @Option(names = {"-p", "--prompt"}, paramLabel = "TEXT",
            description = "The text (without it, or -: standard input).")
        private String text;

        @Option(names = {"-f", "--file"}, paramLabel = "FILE", description = "A file with the text, in UTF-8.")
        private Path file;
    }

    @Option(names = {"-n", "--max-tokens"}, paramLabel = "N", defaultValue = "256",
        description = "Most tokens to generate (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(names = "--stop", paramLabel = "TEXT",
        description = "A text that ends the generation; may be repeated; \\n and \\t are understood.")
    private List<String> stops = new ArrayList<>();

    @Option(names = "--ignore-eos", description = "Go on behind the end of the text.")
    private boolean ignoreEndOfText;

    @Option(names = "--special", description = "Spell out special tokens.")
    private boolean showSpecial;

    @Option(names = "--echo", description = "Print the prompt too.")
    private boolean echo;

    @ArgGroup
    private Mode mode = new Mode();

    private static final class Mode {

        @Option(names = "--raw", description = "Take the prompt as it is (default). Control tokens in it count.")
        private boolean raw;

        @Option(names = "--chat", description = "The prompt is a message: the model's chat template goes around it.")
        private boolean chat;
    }

    @Option(names = "--system", paramLabel = "TEXT", description = "With --chat: what the system says first.")
    private String system;

    @Option(names = "--think", paramLabel = "on|off", defaultValue = "on",
        description = "With --chat: whether the model thinks first; its thoughts go to standard error.")
    private OnOff thinking;

    @Option(names = "--tools", paramLabel = "FILE",
        description = "With --chat: a JSON list of the tools the model may call; calls are printed as JSON lines.")
    private Path toolsFile;

    @Option(names = "--context", paramLabel = "N", defaultValue = "0",
        description = "Positions of the KV cache (default: 4096, or as many as the model has).")
    private int context;

    @Option(names = "--prompt-cache", paramLabel = "FILE",
        description = "Keep the KV cache in this file: what a later prompt shares with this one is not computed again.")
    private Path cacheFile;

    @Option(names = "--json", description = "Print one JSON object at the end instead of the text.")
    private boolean json;

    @Option(names = "--stats", description = "Print speed, seed and the reason for the end to standard error.")
    private boolean stats;

    @Override
    public Integer call() throws IOException {
        String text = promptText();
        if (maxTokens < 0) {
            throw new IllegalArgumentException("--max-tokens must be at least 0, not " + maxTokens);
        }
        if (!mode.chat && (system != null || toolsFile != null)) {
            throw new IllegalArgumentException("--system and --tools need --chat");
        }
        Sampling sampling = choice.sampling(model.directory());
        long start = System.nanoTime();
        try (LoadedModel loaded = LoadedModel.open(model, rung.optimizations());
             Session session = loaded.engine().newSession(
                 new SessionOptions(context, SessionOptions.DEFAULT_PREFILL_STEP, sampling))) {
            double loadSeconds = (System.nanoTime() - start) / 1e9;
            List<Map<String, Object>> tools = tools();
            GenerateOutput out = new GenerateOutput(specification.commandLine().getOut(),
                specification.commandLine().getErr(), json, mode.chat);
            int[] ids = mode.chat ? chatPrompt(text, tools, loaded) : rawPrompt(text, loaded.tokenizer());
            if (echo) {
                out.echo(text);
            }
            ReplyParser parser = mode.chat
                ? new ReplyParser(endsThinking(ids, loaded.tokenizer()), tools) : null;
            PromptCache cache = cacheFile == null ? null : new PromptCache(loaded.engine());
            if (cache != null && Files.exists(cacheFile)) {
                cache.restore(session, cacheFile);
            }
            Completion completion = Completion.run(session, loaded.tokenizer(), ids, limits(), piece -> {
                if (parser == null) {
                    out.add(new ReplyPart.Content(piece));
                } else {
                    parser.push(piece).forEach(out::add);
                }
            }, out::closedByReader);
            if (parser != null) {
                parser.finish().forEach(out::add);
            }
            if (cache != null) {
                cache.save(session, cacheFile);
            }
            out.end(completion, sampling, session, loadSeconds, stats);
        }
        return ExitCode.OK;
    }

    private String promptText() throws IOException {
        if (prompt.file != null) {
            return textOf(prompt.file);
        }
        if (prompt.text != null && !prompt.text.equals("-")) {
            return prompt.text;
        }
        // Who types at a terminal has to be told that the program waits for a text.
        if (prompt.text == null && Boolean.getBoolean("marlin.input-terminal")) {
            throw new IllegalArgumentException("there is no text: give one with -p TEXT or -f FILE, or pipe it in as "
                + "in 'echo TEXT | ./marlin generate'");
        }
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private Completion.Limits limits() {
        List<String> unescaped = stops.stream().map(stop -> stop.replace("\\n", "\n").replace("\\t", "\t")).toList();
        return new Completion.Limits(maxTokens, unescaped, ignoreEndOfText, showSpecial);
    }

    private static int[] rawPrompt(String text, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(text, ControlTokens.PARSE);
        if (ids.length == 0) {
            throw new IllegalArgumentException("the prompt is empty: give some text to continue, with -p TEXT, "
                + "-f FILE or on standard input");
        }
        return ids;
    }

    private int[] chatPrompt(String text, List<Map<String, Object>> tools, LoadedModel loaded) {
        List<ChatMessage> messages = new ArrayList<>();
        if (system != null) {
            messages.add(ChatMessage.of(Role.SYSTEM, system));
        }
        messages.add(ChatMessage.of(Role.USER, text));
        return ChatTemplate.load(model.directory()).encode(messages,
            new ChatOptions(thinking == OnOff.ON, true, tools, Map.of()), loaded.tokenizer());
    }

    private static boolean endsThinking(int[] ids, Tokenizer tokenizer) {
        return ReplyParser.beginsThinking(tokenizer.decode(new int[] {ids[ids.length - 1]}));
    }

    private static String textOf(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private List<Map<String, Object>> tools() throws IOException {
        List<Map<String, Object>> tools = new ArrayList<>();
        if (toolsFile != null) {
            JsonNode list = new ObjectMapper().readTree(toolsFile.toFile());
            if (!list.isArray()) {
                throw new IllegalArgumentException(toolsFile + ": expected a JSON list of tools");
            }
            list.forEach(tool -> tools.add(JsonValues.object(tool)));
        }
        return tools;
    }
}
