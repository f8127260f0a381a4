package com.alphaheng.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFileTest {

    @TempDir
    private Path folder;
    private String json;

    @BeforeEach
    void read() throws IOException {
        json = Files.readString(TokenizerFixture.folder().resolve("tokenizer.json"));
    }

    @Test
    void whatIsWrongIsSaidWithTheFileAndARemedy() throws IOException {
        refused(null, "tokenizer.json: no such file: a model folder needs it to turn text into tokens."
            + " Copy it from where the model came from");
        refused("", "tokenizer.json: expected a JSON object");
        refused("[]", "expected a JSON object");
        refused(json.substring(0, 5000), "is not valid JSON: Unexpected end-of-input");
        refused(json.substring(0, 5000), "Fetch the file again");
        refused("{}", "model.type: expected \"BPE\", found nothing");
        refused(json.replace("\"type\": \"BPE\"", "\"type\": \"Unigram\""),
            "model.type: expected \"BPE\", found \"Unigram\"");
        refused(json.replace("\"vocab\"", "\"words\""), "model.vocab: expected an object of tokens and ids");
        refused(json.replaceFirst("(\"decoder\": \\{\\s+\"type\": )\"ByteLevel\"", "$1\"Metaspace\""),
            "decoder: expected type \"ByteLevel\"");
        refused(json.replace("\"!\": 0", "\"!\": \"0\""),
            "model.vocab: expected an integer id for \"!\", found 0");
        refused(json.replace("\"!\": 0", "\"!\": -3"), "id of \"!\": expected 0 to 16777215, found -3");
        refused(json.replace("\"!\": 0", "\"!\": 1000000000000"), "expected 0 to 16777215, found 1000000000000");
        refused(json.replace("\"!\": 0", "\"!\": 1"), "id 1 is given to \"!\" and to \"\"\"");
        refused(json.replace("\"!\": 0,", ""), "model.vocab: byte 33 (\"!\") has no token");
        refused(json.replace("\"id\": 492", "\"id\": 9000000000"), "id of \"<|endoftext|>\": expected 0 to 16777215");
        refused(json.replaceFirst("\"merges\": \\[", "\"merges\": [[\"nosuch\", \"merge\"],"),
            "Hugging Face's tokenizers library refuses it");
    }

    private void refused(String content, String message) throws IOException {
        if (content != null) {
            Files.writeString(folder.resolve("tokenizer.json"), content);
        }
        assertThatThrownBy(() -> Tokenizer.load(folder)).as(message).isInstanceOf(TokenizerException.class)
            .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ").hasMessageContaining(message);
    }

    @Test
    void mutatedFilesLoadOrAreRefusedWithTheirName() throws IOException {
        byte[] original = json.getBytes(StandardCharsets.UTF_8);
        Random random = new Random(3);
        Path file = folder.resolve("tokenizer.json");
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            Files.write(file, mutate(original, random));
            try (Tokenizer tokenizer = Tokenizer.load(folder)) {
                String text = "a mutant may still work: <|user|> 😀";
                assertThat(tokenizer.encode(text, ControlTokens.AS_TEXT)).isNotEmpty();
            } catch (TokenizerException e) {
                refused++;
                assertThat(e).hasMessageStartingWith(file + ": ");
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> {
                int from = random.nextInt(bytes.length - 40);
                System.arraycopy(original, random.nextInt(bytes.length - 40), bytes, from, 1 + random.nextInt(40));
            }
            default -> {
                for (int i = 0; i < 8; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) "{}[],:\"0\\".charAt(random.nextInt(9));
                }
            }
        }
        return bytes;
    }
}
