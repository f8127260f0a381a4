package com.alphaheng.engine.quantize;

import com.alphaheng.engine.format.Checkpoint;
import com.alphaheng.engine.format.Mmfp4Header;
import com.alphaheng.engine.format.SafetensorsFile;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The files of an MMFP4 folder beside the tensors.
public final class Mmfp4Folder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COPIED = List.of("tokenizer.json", "tokenizer_config.json",
        "generation_config.json", "chat_template.jinja", "special_tokens_map.json");

    private Mmfp4Folder() { }

    /// What every file's header states.
    static Map<String, String> metadata(Checkpoint source, QuantizeOptions options) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", Mmfp4Header.METHOD);
        metadata.put("mmfp4.format_version", String.valueOf(Mmfp4Header.FORMAT_VERSION));
        metadata.put("mmfp4.group_size", String.valueOf(options.groupSize()));
        metadata.put("mmfp4.layout", Mmfp4Header.LAYOUT);
        metadata.put("mmfp4.method", options.method().name().toLowerCase(Locale.ROOT));
        if (options.method() == QuantizeOptions.Method.GPTQ) {
            metadata.put("mmfp4.calibration", options.calibrationTokens() + " tokens of its own, seed "
                + options.seed());
        }
        metadata.put("mmfp4.source_headers_sha256", sourceHash(source));
        return metadata;
    }

    /// Tells one checkpoint from another without reading all of it: sizes and headers of its files.
    private static String sourceHash(Checkpoint source) {
        MessageDigest digest = sha256();
        for (SafetensorsFile file : source.files()) {
            long header = 8 + file.mapping().get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
            digest.update(file.mapping().asSlice(0, header).asByteBuffer());
            digest.update(ByteBuffer.allocate(8).putLong(0, file.mapping().byteSize()));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// SHA-256 of a file, in hexadecimal.
    public static String hash(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Fails when `directory` holds a model that a quantization must not replace.
    static void requireOwn(Path directory) throws IOException {
        Path config = directory.resolve("config.json");
        if (Files.exists(config) && !JSON.readTree(config.toFile()).path("quantization_config").path("quant_method")
                .asText().equals(Mmfp4Header.METHOD)) {
            throw new IllegalArgumentException(directory + " holds a model that is not MMFP4: name another folder for"
                + " the result");
        }
    }

    /// Writes index, config.json and the tokenizer's files, once the tensors are there. config.json comes last: a
    /// folder that has one is complete.
    static void finish(Path from, Path to, ShardPlan plan, QuantizeOptions options, QuantizeProgress progress)
        throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
        ObjectNode quantization = config.putObject("quantization_config");
        quantization.put("quant_method", Mmfp4Header.METHOD).put("format_version", Mmfp4Header.FORMAT_VERSION)
            .put("group_size", options.groupSize()).put("layout", Mmfp4Header.LAYOUT)
            .put("method", options.method().name().toLowerCase(Locale.ROOT)).put("head", options.head());
        ObjectNode hashes = quantization.putObject("sha256");
        for (ShardPlan.Shard shard : plan.shards()) {
            progress.at("hashing", hashes.size(), plan.shards().size());
            hashes.put(shard.name(), hash(to.resolve(shard.name())));
        }
        progress.at("hashing", hashes.size(), plan.shards().size());
        Path index = to.resolve("model.safetensors.index.json");
        if (plan.shards().size() > 1) {
            writeString(index, plan.index().toPrettyString());
        } else {
            Files.deleteIfExists(index);
        }
        for (String name : COPIED) {
            if (Files.exists(from.resolve(name))) {
                Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                to.resolve(name).toFile().setWritable(true, true);
            }
        }
        writeString(to.resolve("config.json"), config.toPrettyString() + "\n");
    }

    private static void writeString(Path path, String text) throws IOException {
        Path partial = path.resolveSibling(path.getFileName() + ".partial");
        Files.writeString(partial, text, StandardCharsets.UTF_8);
        Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
