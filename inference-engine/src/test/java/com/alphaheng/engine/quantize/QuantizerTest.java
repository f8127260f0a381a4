package com.alphaheng.engine.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.testing.RandomModel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A quantization that is broken off goes on where it was, and a folder never vouches for a mixture.
class QuantizerTest {

    private static final QuantizeProgress NOBODY = (stage, done, total) -> { };

    @TempDir
    private static Path source;

    @TempDir
    private Path folder;

    @BeforeAll
    static void write() throws IOException {
        new RandomModel(7, 128).write(source);
    }

    private static QuantizeOptions options(QuantizeOptions.Method method, int group) {
        return new QuantizeOptions(group, method, false, 2, 512, 1, 1 << 20);
    }

    private static Map<String, byte[]> files(Path directory) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(directory)) {
            for (Path path : list.toList()) {
                files.put(path.getFileName().toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    /// Breaks off when `share` of the bytes is written.
    private static void breakOff(Path to, QuantizeOptions options, double share) {
        assertThatThrownBy(() -> Quantizer.run(source, to, options, (stage, done, total) -> {
            if (stage.equals("quantizing") && done >= share * total) {
                throw new IllegalStateException("broken off");
            }
        })).hasMessage("broken off");
    }

    @ParameterizedTest
    @EnumSource
    @Tag("slow")
    void aRunThatWasBrokenOffGoesOn(QuantizeOptions.Method method) throws IOException {
        Path whole = folder.resolve("whole");
        Path resumed = folder.resolve("resumed");
        Quantizer.run(source, whole, options(method, 32), NOBODY);
        breakOff(resumed, options(method, 32), 0.6);
        assertThat(resumed.resolve("config.json")).doesNotExist();
        Set<String> complete = files(resumed).keySet();
        assertThat(complete).anyMatch(name -> name.endsWith(".safetensors"))
            .anyMatch(name -> name.endsWith(".partial"));
        Path first = resumed.resolve("model-00001-of-0000" + shards(whole) + ".safetensors");
        Object identity = Files.getAttribute(first, "unix:ino");
        Quantizer.run(source, resumed, options(method, 32), NOBODY);
        assertThat(Files.getAttribute(first, "unix:ino")).as("the complete file was kept").isEqualTo(identity);
        Map<String, byte[]> expected = files(whole);
        Map<String, byte[]> found = files(resumed);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, bytes) -> assertThat(found.get(name)).as(name).isEqualTo(bytes));
    }

    private static long shards(Path directory) throws IOException {
        return files(directory).keySet().stream().filter(name -> name.endsWith(".safetensors")).count();
    }

    @Test
    void theHashesAreThoseOfTheFiles() throws IOException {
        Quantizer.run(source, folder, options(QuantizeOptions.Method.RTN, 128), NOBODY);
        JsonNode stated = new ObjectMapper().readTree(folder.resolve("config.json").toFile())
            .path("quantization_config");
        assertThat(stated.path("format_version").intValue()).isEqualTo(1);
        assertThat(stated.path("group_size").intValue()).isEqualTo(128);
        assertThat(stated.path("sha256").size()).isEqualTo((int) shards(folder)).isGreaterThan(1);
        for (Map.Entry<String, JsonNode> hash : stated.path("sha256").properties()) {
            assertThat(hash.getValue().textValue()).isEqualTo(Mmfp4Folder.hash(folder.resolve(hash.getKey())));
        }
    }

    @Test
    @Tag("slow")
    void aFolderOfOtherOptionsIsNeverAMixture() throws IOException {
        Quantizer.run(source, folder, options(QuantizeOptions.Method.RTN, 32), NOBODY);
        breakOff(folder, options(QuantizeOptions.Method.SEARCH, 32), 0.6);
        assertThat(folder.resolve("config.json")).doesNotExist();
        QuantizeOptions oneFile = new QuantizeOptions(32, QuantizeOptions.Method.SEARCH, false, 2, 512, 1, 1L << 30);
        Quantizer.run(source, folder, oneFile, NOBODY);
        assertThat(folder.resolve("model.safetensors.index.json")).doesNotExist();
    }

    @Test
    void otherModelsAreNotOverwritten() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"glm4_moe_lite\"}");
        assertThatThrownBy(() -> Quantizer.run(source, folder, options(QuantizeOptions.Method.RTN, 32), NOBODY))
            .hasMessage(folder + " holds a model that is not MMFP4: name another folder for the result");
        assertThatThrownBy(() -> Quantizer.run(source, source, options(QuantizeOptions.Method.RTN, 32), NOBODY))
            .hasMessage("source and destination are the same folder: " + source);
    }

    @Test
    void aDiskWithoutRoomIsNoticedBeforeTheWork() {
        ShardPlan plan = new ShardPlan(List.of(List.of(new OutputTensor("x", DType.U8, List.of(1L << 60)))), Map.of(),
            1 << 30);
        try (ShardWriter writer = new ShardWriter(folder, plan)) {
            assertThatThrownBy(() -> writer.begin(Set.of(0)))
                .hasMessageMatching(".*: 1152921504\\.6 GB are needed and \\d+\\.\\d GB are free; make room, or name a"
                    + " folder on another disk");
        } catch (IOException e) {
            throw new AssertionError("nothing was open", e);
        }
    }
}
