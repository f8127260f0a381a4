package com.alphaheng.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.testing.RandomModel;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Folders that cannot be loaded: each way of being wrong with its message, and thousands of random ways with any
/// message.
class BrokenFoldersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long UNSHARDED = 5;

    @TempDir
    private Path folder;
    private Path weights;

    @BeforeEach
    void writeGoodFolder() throws IOException {
        long seed = UNSHARDED;
        RandomModel model = new RandomModel(seed, 1);
        while (model.sharded || model.form != RandomModel.ExpertForm.SEPARATE || model.queryRank == 0) {
            model = new RandomModel(++seed, 1);
        }
        model.write(folder);
        weights = folder.resolve("model.safetensors");
        WeightsLoader.load(folder).close();
    }

    @Test
    void namesATensorThatIsMissing() throws IOException {
        changeHeader(header -> header.remove("model.layers.0.self_attn.q_b_proj.weight"));
        fails("model.layers.0.self_attn.q_b_proj.weight", "expected a tensor [", "found none of that name");
    }

    @Test
    void namesAWrongShape() throws IOException {
        changeHeader(header -> {
            ObjectNode norm = (ObjectNode) header.get("model.norm.weight");
            int length = norm.get("shape").get(0).asInt();
            norm.putArray("shape").add(1).add(length);
        });
        fails("model.norm.weight", "expected", "found", "[1, ");
    }

    @Test
    void namesAnUnknownType() throws IOException {
        changeHeader(header -> ((ObjectNode) header.get("model.norm.weight")).put("dtype", "F8_E4M3"));
        fails("model.safetensors", "model.norm.weight dtype", "BF16", "F8_E4M3");
    }

    @Test
    void namesAFolderThatIsNoneAndABrokenConfiguration() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"model_type\": ");
        fails("config.json", "is not valid JSON", "at line 1, column", "Fetch the file again");
        Files.delete(config);
        fails("config.json", "a folder with a model in safetensors needs it");
        Path foreign = Files.writeString(folder.resolve("model.gguf"), "GGUF");
        assertThatThrownBy(() -> WeightsLoader.load(foreign))
            .hasMessageContaining("model.gguf: is a file: name the folder");
        assertThatThrownBy(() -> WeightsLoader.load(folder.resolve("none")))
            .hasMessageContaining("none: there is no such folder");
    }

    @Test
    void namesATruncatedFile() throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 10));
        fails("model.safetensors", "data_offsets", "truncated");
    }

    @Test
    void namesABadHeaderLength() throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        Files.write(weights, bytes);
        fails("model.safetensors: header length", "found 9223372036854775807");
        Files.write(weights, new byte[3]);
        fails("model.safetensors: header length", "3 bytes");
    }

    @Test
    void namesOverlappingTensors() throws IOException {
        changeHeader(header -> {
            ObjectNode norm = (ObjectNode) header.get("model.norm.weight");
            int bytes = norm.get("data_offsets").get(1).asInt() - norm.get("data_offsets").get(0).asInt();
            norm.putArray("data_offsets").add(2).add(2 + bytes);
        });
        fails("they overlap");
    }

    @Test
    void namesOffsetsThatDoNotFitTheShape() throws IOException {
        changeHeader(header -> {
            ObjectNode norm = (ObjectNode) header.get("model.norm.weight");
            int begin = norm.get("data_offsets").get(0).asInt();
            norm.putArray("data_offsets").add(begin).add(begin + 2);
        });
        fails("model.norm.weight", "bytes between its offsets");
    }

    @Test
    void namesShapesThatOverflow() throws IOException {
        changeHeader(header -> ((ObjectNode) header.get("model.norm.weight")).putArray("shape")
            .add(Long.MAX_VALUE).add(Long.MAX_VALUE));
        fails("model.norm.weight shape", "63 bits");
    }

    @Test
    void namesWhatIsWrongInTheConfiguration() throws IOException {
        changeConfig(config -> config.put("hidden_size", "many"));
        fails("config.json: hidden_size", "an integer of at least 1", "\"many\"");
        changeConfig(config -> config.put("hidden_size", 64).put("model_type", "llama"));
        fails("config.json: model_type", "glm4_moe_lite", "llama");
        Files.delete(folder.resolve("config.json"));
        fails("config.json", "no such file");
    }

    @Test
    void namesAFileThatTheIndexWants() throws IOException {
        ObjectNode index = JSON.createObjectNode();
        index.putObject("weight_map").put("lm_head.weight", "model-00001-of-00002.safetensors");
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
        fails("model-00001-of-00002.safetensors", "is the download complete?");
    }

    @Test
    void refusesOtherQuantizations() throws IOException {
        changeConfig(config -> config.putObject("quantization_config").put("quant_method", "fp8"));
        fails("quantization_config.quant_method", "mmfp4", "fp8");
    }

    /// Every mutated folder either loads (the mutation hit a weight) or fails with a [ModelFormatException].
    @Test
    void mutatedFilesNeverDoWorse() throws IOException {
        mutate(300, 1);
    }

    @Test
    @Tag("slow")
    void thousandsOfMutatedFilesNeverDoWorse() throws IOException {
        mutate(4000, 2);
    }

    private void mutate(int rounds, long seed) throws IOException {
        byte[] good = Files.readAllBytes(weights);
        byte[] config = Files.readAllBytes(folder.resolve("config.json"));
        int headerEnd = 8 + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            boolean mutateConfig = round % 4 == 0;
            Path target = mutateConfig ? folder.resolve("config.json") : weights;
            byte[] original = mutateConfig ? config : good;
            Files.write(target, mutate(original, mutateConfig ? config.length : headerEnd, random));
            try (Weights loaded = WeightsLoader.load(folder)) {
                assertThat(loaded.layers()).isNotEmpty();
            } catch (ModelFormatException e) {
                assertThat(e).hasMessageContaining(folder.toString());
                refused++;
            }
            Files.write(target, original);
        }
        assertThat(refused).isGreaterThan(rounds / 2);
    }

    private static byte[] mutate(byte[] good, int interesting, SplittableRandom random) {
        byte[] bytes = good.clone();
        switch (random.nextInt(5)) {
            case 0 -> bytes[random.nextInt(interesting)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[random.nextInt(Math.min(16, interesting))] = (byte) random.nextInt(256);
            case 2 -> {
                return java.util.Arrays.copyOf(bytes, random.nextInt(good.length));
            }
            case 3 -> {
                int start = random.nextInt(interesting);
                for (int i = start; i < Math.min(start + 8, interesting); i++) {
                    bytes[i] = (byte) "0123456789-{}[],\"".charAt(random.nextInt(17));
                }
            }
            default -> {
                int digit = random.nextInt(interesting);
                while (bytes[digit] < '0' || bytes[digit] > '9') {
                    digit = (digit + 1) % interesting;
                }
                bytes[digit] = (byte) ('0' + random.nextInt(10));
            }
        }
        return bytes;
    }

    private void fails(String... parts) {
        assertThatThrownBy(() -> WeightsLoader.load(folder)).isInstanceOf(ModelFormatException.class)
            .hasMessageContainingAll(parts);
    }

    private void changeConfig(Consumer<ObjectNode> change) throws IOException {
        Path path = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(path.toFile());
        change.accept(config);
        Files.writeString(path, config.toString());
    }

    private void changeHeader(Consumer<ObjectNode> change) throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        ObjectNode header = (ObjectNode) JSON.readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
        change.accept(header);
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + bytes.length - 8 - length)
            .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(bytes, 8 + length, bytes.length - 8 - length);
        Files.write(weights, file.array());
    }
}
