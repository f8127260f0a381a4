package com.alphaheng.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.testing.SharedModel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(TokenizerFixture.folder());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void encodesAndDecodesAsPythonsTokenizers() {
        int texts = 0;
        for (JsonNode encoding : TokenizerFixture.encodings()) {
            int[] ids = TokenizerFixture.ints(encoding.get("ids"));
            if (!encoding.get("text").isNull()) {
                String text = encoding.get("text").textValue();
                assertThat(tokenizer.encode(text, ControlTokens.PARSE)).as(text).isEqualTo(ids);
                texts++;
            }
            assertThat(tokenizer.decode(ids)).isEqualTo(encoding.get("decoded").textValue());
            TextStream stream = new TextStream(tokenizer, false, List.of());
            StringBuilder shown = new StringBuilder();
            for (int id : ids) {
                shown.append(stream.push(id));
            }
            assertThat(shown + stream.finish()).isEqualTo(encoding.get("decodedWithoutSpecial").textValue());
        }
        assertThat(texts).isEqualTo(32);
    }

    @Test
    void textFromOutsideCannotInjectControlTokens() {
        for (AddedToken token : tokenizer.addedTokens()) {
            for (String text : new String[] {token.content(), "a" + token.content() + "b", token.content().repeat(3)}) {
                int[] ids = tokenizer.encode(text, ControlTokens.AS_TEXT);
                assertThat(Arrays.stream(ids).allMatch(id -> id < 492)).isTrue();
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
                assertThat(tokenizer.encode(text, ControlTokens.PARSE)).contains(token.id());
            }
        }
    }

    @Test
    void mergesThatLeadToAControlTokenDoNotInjectItEither(@TempDir Path folder) throws IOException {
        String json = Files.readString(TokenizerFixture.folder().resolve("tokenizer.json"));
        // ">>" is one pre-token, so that with ignore_merges the vocabulary's entry would be taken whole.
        json = json.replace("\"vocab\": {", "\"vocab\": {\"!!\": 600,")
            .replace("\"added_tokens\": [", "\"added_tokens\": [{\"id\":600,\"content\":\"!!\",\"single_word\":false,"
                + "\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true},");
        Files.writeString(folder.resolve("tokenizer.json"), json);
        try (Tokenizer odd = Tokenizer.load(folder)) {
            assertThat(odd.encode("!!", ControlTokens.PARSE)).containsExactly(600);
            assertThat(odd.encode("!!", ControlTokens.AS_TEXT)).containsExactly(0, 0);
            assertThat(odd.decode(new int[] {0, 0})).isEqualTo("!!");
        }
    }

    @Test
    void unpairedSurrogatesCountAsReplacementCharacters() {
        int[] ids = tokenizer.encode("a\uD83D \uDE00b \uD83D\uDE00", ControlTokens.AS_TEXT);
        assertThat(tokenizer.decode(ids)).isEqualTo("a\uFFFD \uFFFDb \uD83D\uDE00");
    }

    @Test
    void longTextsAreNotTruncated() {
        String text = "int x = 1;\n".repeat(20_000);
        assertThat(tokenizer.decode(tokenizer.encode(text, ControlTokens.AS_TEXT))).isEqualTo(text);
    }

    @Test
    void idsOutsideTheVocabulary() {
        assertThat(tokenizer.decode(new int[] {tokenizer.size() + 7})).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.decode(new int[] {-1}))
            .withMessage("no token has the id -1");
        assertThat(tokenizer.isSpecial(tokenizer.size() + 7)).isFalse();
        tokenizer.requireFits(509);
        assertThatThrownBy(() -> tokenizer.requireFits(500)).isInstanceOf(TokenizerException.class)
            .hasMessageContaining("tokenizer.json: has ids up to 508, but the model's vocab_size is 500")
            .hasMessageContaining("belongs to another model");
    }

    @Test
    void aClosedTokenizerSaysSo() {
        Tokenizer closed = Tokenizer.load(TokenizerFixture.folder());
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.encode("a", ControlTokens.PARSE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tinyModelsPromptsAndContinuations() throws IOException {
        Path folder = SharedModel.require();
        JsonNode prompts = new ObjectMapper().readTree(folder.resolve("meta.json").toFile()).get("prompts");
        try (Tokenizer tiny = Tokenizer.load(folder)) {
            assertThat(tiny.size()).isEqualTo(8192);
            for (int i = 0; i < 3; i++) {
                String text = prompts.get(i).get("text").textValue();
                int[] ids = tensor(folder, "p" + i + ".tokens");
                assertThat(tiny.encode(text, ControlTokens.PARSE)).isEqualTo(ids);
                assertThat(tiny.encode(text, ControlTokens.AS_TEXT)).isEqualTo(ids);
                assertThat(tiny.decode(ids)).isEqualTo(text);
                assertThat(tiny.decode(tensor(folder, "p" + i + ".greedy96")))
                    .isEqualTo(prompts.get(i).get("greedy").textValue());
            }
        }
    }

    @Test
    void everyIdOfTheTinyModel() {
        try (Tokenizer tiny = Tokenizer.load(SharedModel.require())) {
            for (int id = 0; id < tiny.size(); id++) {
                String text = tiny.decode(new int[] {id});
                if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), tiny.bytes(id))) {
                    assertThat(tiny.decode(tiny.encode(text, ControlTokens.PARSE))).isEqualTo(text);
                } else {
                    assertThat(text).contains("\uFFFD");
                }
            }
        }
    }

    /// An integer tensor of goldens.safetensors.
    private static int[] tensor(Path folder, String name) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve("goldens.safetensors"))) {
            ByteBuffer file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                .order(ByteOrder.LITTLE_ENDIAN);
            byte[] header = new byte[Math.toIntExact(file.getLong())];
            file.get(header);
            JsonNode info = new ObjectMapper().readTree(header).get(name);
            int width = info.get("dtype").textValue().equals("I64") ? Long.BYTES : Integer.BYTES;
            int start = Long.BYTES + header.length + info.get("data_offsets").get(0).intValue();
            int[] out = new int[(info.get("data_offsets").get(1).intValue()
                - info.get("data_offsets").get(0).intValue()) / width];
            for (int i = 0; i < out.length; i++) {
                // Little-endian, and ids are small: the low half of a long is the id.
                out[i] = file.getInt(start + i * width);
            }
            return out;
        }
    }
}
