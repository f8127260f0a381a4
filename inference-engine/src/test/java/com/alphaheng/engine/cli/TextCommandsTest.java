package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.chat.ReplyPart;
import com.alphaheng.engine.testing.ShippedModel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `generate` and `chat` with the shipped model.
class TextCommandsTest {

    @TempDir
    private Path folder;

    private record Run(int status, String out, String error) { }

    private static Run inspect(String... arguments) {
        return execute(new InspectCommand(), List.of(arguments));
    }

    private static Run run(Object command, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        if (!all.contains("-m")) {
            all.addAll(List.of("-m", ShippedModel.directory().toString()));
        }
        return execute(command, all);
    }

    private static Run execute(Object command, List<String> all) {
        StringWriter out = new StringWriter();
        StringWriter error = new StringWriter();
        int status = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out)).setErr(new PrintWriter(error))
            .setExecutionExceptionHandler((failure, line, parsed) -> {
                line.getErr().println(failure.getMessage());
                return ExitCode.FAILED;
            }).execute(all.toArray(String[]::new));
        return new Run(status, out.toString(), error.toString());
    }

    private static Run generate(String... arguments) {
        return run(new GenerateCommand(), arguments);
    }

    @Test
    void textStreamsAndStops() {
        Run whole = generate("-p", "public static int max(", "--greedy", "-n", "24");
        assertThat(whole.status()).isZero();
        assertThat(whole.out()).isNotBlank();
        String stop = whole.out().substring(8, 11);
        Run stopped = generate("-p", "public static int max(", "--greedy", "-n", "24", "--stop", stop, "--stats");
        assertThat(stopped.out().stripTrailing())
            .isEqualTo(whole.out().substring(0, whole.out().indexOf(stop)).stripTrailing());
        assertThat(stopped.error()).contains("ended by stop string").contains("prompt 5 tokens, 5 of them new");
    }

    @Test
    void thePromptMayComeThroughAPipe() {
        InputStream original = System.in;
        try {
            for (String[] arguments : new String[][] {{}, {"-p", "-"}}) {
                System.setIn(new ByteArrayInputStream("public class ".getBytes(StandardCharsets.UTF_8)));
                List<String> all = new ArrayList<>(List.of(arguments));
                all.addAll(List.of("--greedy", "-n", "8"));
                assertThat(generate(all.toArray(String[]::new)).out())
                    .isEqualTo(generate("-p", "public class ", "--greedy", "-n", "8").out());
            }
            System.setIn(InputStream.nullInputStream());
            assertThat(generate("-n", "8").error()).contains("the prompt is empty", "-p TEXT");
            System.setProperty("marlin.input-terminal", "true");
            assertThat(generate("-n", "8").error()).contains("there is no text: give one with -p TEXT");
        } finally {
            System.clearProperty("marlin.input-terminal");
            System.setIn(original);
        }
    }

    @Test
    void theSameSeedGivesTheSameText() throws IOException {
        String[] arguments = {"-p", "public class ", "-n", "20", "--seed", "5", "--temperature", "1.2", "--json"};
        JsonNode first = new ObjectMapper().readTree(generate(arguments).out());
        JsonNode second = new ObjectMapper().readTree(generate(arguments).out());
        arguments[5] = "6";
        JsonNode other = new ObjectMapper().readTree(generate(arguments).out());
        assertThat(first.get("text")).isEqualTo(second.get("text")).isNotEqualTo(other.get("text"));
        assertThat(first.get("tokens").intValue()).isLessThanOrEqualTo(20);
        assertThat(first.get("seed").intValue()).isEqualTo(5);
        assertThat(first.get("temperature").floatValue()).isEqualTo(1.2f);
        assertThat(first.get("finish").textValue()).isIn("length", "end of text");
    }

    @Test
    void chatModePutsTheTemplateAround() throws IOException {
        JsonNode answer = new ObjectMapper().readTree(generate("-p", "hi", "--chat", "--think", "off", "--greedy", "-n",
            "8", "--json").out());
        // [gMASK] <sop> <|user|> hi <|assistant|> </think>
        assertThat(answer.get("promptTokens").intValue()).isEqualTo(7);
        assertThat(answer.get("reasoning").textValue()).isEmpty();
        JsonNode thought = new ObjectMapper().readTree(generate("-p", "hi", "--chat", "--greedy", "-n", "8",
            "--json").out());
        assertThat(thought.get("text").textValue()).isEmpty();
        assertThat(thought.get("reasoning").textValue()).isNotEmpty();
    }

    @Test
    void aPromptCacheSparesTheSharedPart() throws IOException {
        String file = folder.resolve("cache").toString();
        String[] arguments = {"-p", "public static int max(int a, int b) {", "--greedy", "-n", "8", "--json",
            "--prompt-cache", file};
        JsonNode first = new ObjectMapper().readTree(generate(arguments).out());
        JsonNode second = new ObjectMapper().readTree(generate(arguments).out());
        assertThat(first.get("computedPromptTokens")).isEqualTo(first.get("promptTokens"));
        assertThat(second.get("computedPromptTokens").intValue()).isEqualTo(1);
        assertThat(second.get("text")).isEqualTo(first.get("text"));
    }

    @Test
    void wrongUseIsExplained() throws IOException {
        assertThat(generate("-p", "").error()).contains("the prompt is empty");
        assertThat(generate("-p", "x", "--system", "y").error()).contains("--system and --tools need --chat");
        assertThat(generate("-p", "x", "--think", "maybe").status()).isEqualTo(ExitCode.USAGE);
        assertThat(generate("-p", "x", "--temperature", "-1").error()).contains("temperature must be at least 0");
        assertThat(generate("-p", "x", "--logit-bias", "99999=1").error())
            .contains("logit bias for token id 99999: the vocabulary has 8192 ids");
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(ShippedModel.directory().resolve(name), folder.resolve(name));
        }
        assertThat(generate("-p", "x", "-m", folder.toString()).error())
            .contains("tokenizer.json: no such file: a model folder needs it to turn text into tokens");
        assertThat(run(new ChatCommand(), "-m", folder.toString()).error()).contains("this model completes text");
    }

    @Test
    void chatThroughPipesGivesOneAnswerALine() {
        InputStream original = System.in;
        Path saved = folder.resolve("saved.json");
        System.setIn(new ByteArrayInputStream(("hello\n/stats\n\nagain\n/save " + saved + "\n/load " + saved
            + "\n/nosuch\n").getBytes(StandardCharsets.UTF_8)));
        try {
            Run chat = run(new ChatCommand(), "--greedy", "--think", "off", "-n", "6");
            assertThat(chat.out().strip()).isNotEmpty().doesNotContain("tok/s");
            assertThat(chat.error()).contains("there is no command /nosuch; /help lists them");
            assertThat(chat.status()).isEqualTo(ExitCode.FAILED);
            assertThat(saved).content().contains("\"content\" : \"again\"");
        } finally {
            System.setIn(original);
        }
    }

    @Test
    void inspectTellsTheQuantizationAndChecksHashes() throws IOException {
        Run good = inspect(ShippedModel.directory().toString(), "--summary", "--verify");
        assertThat(good.out()).contains("group_size           32").contains("every file is as its hash says");
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(ShippedModel.directory().resolve(name), folder.resolve(name));
        }
        byte[] weights = Files.readAllBytes(folder.resolve("model.safetensors"));
        weights[weights.length - 100] ^= 1;
        Files.write(folder.resolve("model.safetensors"), weights);
        assertThat(inspect(folder.toString()).status()).isZero();
        Run bad = inspect(folder.toString(), "--verify");
        assertThat(bad.status()).isEqualTo(ExitCode.FAILED);
        assertThat(bad.error()).contains("model.safetensors: expected SHA-256 ea9d6e93").contains("found ");
    }

    @Test
    void linesOfAChat() {
        assertThat(ChatInput.parse(" hi ")).isEqualTo(new ChatInput.Say("hi"));
        assertThat(ChatInput.parse("//etc")).isEqualTo(new ChatInput.Say("/etc"));
        assertThat(ChatInput.parse("  ")).isEqualTo(new ChatInput.Nothing());
        assertThat(ChatInput.parse("/system be  brief")).isEqualTo(new ChatInput.Instruct("be  brief"));
        assertThat(ChatInput.parse("/temp 0.5")).isEqualTo(new ChatInput.Heat(0.5f));
        assertThat(ChatInput.parse("/temp -1")).isInstanceOf(ChatInput.Wrong.class);
        assertThat(ChatInput.parse("/temp NaN")).isInstanceOf(ChatInput.Wrong.class);
        assertThat(ChatInput.parse("/think off")).isEqualTo(new ChatInput.Think(false));
        assertThat(ChatInput.parse("/save")).isEqualTo(new ChatInput.Wrong("/save needs a file"));
        assertThat(ChatInput.parse("/quit")).isEqualTo(new ChatInput.Quit());
        for (List<String> command : ChatInput.COMMANDS) {
            assertThat(ChatInput.parse(command.getFirst().replace("on|off", "on").replace("/temp T", "/temp 1")))
                .as(command.getFirst()).isNotInstanceOfAny(ChatInput.Wrong.class, ChatInput.Say.class);
        }
    }

    @Test
    void thoughtsAreDimAndAnswersBeginOnALineOfTheirOwn() {
        StringWriter out = new StringWriter();
        TerminalChatScreen screen = new TerminalChatScreen(new PrintWriter(out));
        screen.show(new ReplyPart.Reasoning("\nhm"));
        screen.show(new ReplyPart.Reasoning(" yes"));
        screen.show(new ReplyPart.Content("\n\nFour"));
        screen.show(new ReplyPart.Content(".\n"));
        screen.endReply();
        assertThat(out.toString()).isEqualTo("\033[2mhm yes\033[0m\nFour.\n\033[0m\n");
    }
}
