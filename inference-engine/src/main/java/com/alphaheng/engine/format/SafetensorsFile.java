package com.alphaheng.engine.format;

import com.alphaheng.engine.model.DType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One mapped safetensors file: 8 bytes of header length (little endian), a JSON header, the data. Everything in
/// the header is checked before any of it is used: a file can be truncated, corrupt or hostile, and must then give
/// an error rather than a crash or a huge allocation.
public final class SafetensorsFile {

    /// The format's own limit on the header.
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxStringLength(1_000_000).build())
        .build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Path path;
    private final MemorySegment mapping;
    private final Map<String, String> metadata;
    private final Map<String, TensorInfo> tensors;

    private SafetensorsFile(Path path, MemorySegment mapping, Map<String, String> metadata,
                            Map<String, TensorInfo> tensors) {
        this.path = path;
        this.mapping = mapping;
        this.metadata = Collections.unmodifiableMap(metadata);
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /// Maps `path` read-only for as long as `arena` lives.
    ///
    /// @throws ModelFormatException when the file cannot be read or is not a valid safetensors file
    public static SafetensorsFile map(Path path, Arena arena) {
        MemorySegment mapping;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() < 8) {
                throw new ModelFormatException(path, "header length", "8 bytes", channel.size() + " bytes in the file");
            }
            mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new ModelFormatException(path, "cannot be read: " + e, e);
        }
        long headerBytes = mapping.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        long available = mapping.byteSize() - 8;
        if (headerBytes < 2 || headerBytes > Math.min(available, MAX_HEADER_BYTES)) {
            throw new ModelFormatException(path, "header length", "2 to "
                + Math.min(available, MAX_HEADER_BYTES) + " bytes (is the file truncated?)",
                Long.toUnsignedString(headerBytes));
        }
        JsonNode header = parse(path, mapping.asSlice(8, headerBytes));
        Map<String, String> metadata = new LinkedHashMap<>();
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        MemorySegment data = mapping.asSlice(8 + headerBytes);
        List<long[]> ranges = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (field.getKey().equals("__metadata__")) {
                readMetadata(path, field.getValue(), metadata);
            } else {
                long[] range = new long[3];
                tensors.put(field.getKey(), tensor(path, field.getKey(), field.getValue(), data, range));
                range[2] = names.size();
                names.add(field.getKey());
                ranges.add(range);
            }
        }
        rejectOverlaps(path, ranges, names);
        return new SafetensorsFile(path, mapping, metadata, tensors);
    }

    private static JsonNode parse(Path path, MemorySegment header) {
        try {
            JsonNode node = JSON.readTree(header.toArray(ValueLayout.JAVA_BYTE));
            if (node == null || !node.isObject()) {
                throw new ModelFormatException(path, "header", "a JSON object",
                    node == null ? "nothing" : "a JSON " + node.getNodeType());
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new ModelFormatException(path, "header is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ModelFormatException(path, "header cannot be read: " + e, e);
        }
    }

    private static void readMetadata(Path path, JsonNode node, Map<String, String> metadata) {
        if (!node.isObject()) {
            throw new ModelFormatException(path, "__metadata__", "an object of strings", describe(node));
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new ModelFormatException(path, "__metadata__." + entry.getKey(), "a string",
                    describe(entry.getValue()));
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private static TensorInfo tensor(Path path, String name, JsonNode node, MemorySegment data, long[] range) {
        if (!node.isObject()) {
            throw new ModelFormatException(path, name, "an object with dtype, shape, data_offsets", describe(node));
        }
        DType dtype = dtype(path, name, node.path("dtype"));
        List<Long> shape = longs(path, name + " shape", node.path("shape"));
        long bytes = bytes(path, name, dtype, shape);
        List<Long> offsets = longs(path, name + " data_offsets", node.path("data_offsets"));
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw new ModelFormatException(path, name + " data_offsets", "[begin, end] with begin <= end",
                TensorInfo.describe(offsets));
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (end > data.byteSize()) {
            throw new ModelFormatException(path, name + " data_offsets",
                "an end within the file's " + data.byteSize() + " data bytes (is it truncated?)", String.valueOf(end));
        }
        if (end - begin != bytes) {
            throw new ModelFormatException(path, name, bytes + " bytes for " + dtype + " " + TensorInfo.describe(shape),
                (end - begin) + " bytes between its offsets");
        }
        range[0] = begin;
        range[1] = end;
        return new TensorInfo(path, name, dtype, shape, data.asSlice(begin, bytes));
    }

    private static DType dtype(Path path, String name, JsonNode node) {
        for (DType dtype : DType.values()) {
            if (dtype != DType.MMFP4 && dtype.name().equals(node.textValue())) {
                return dtype;
            }
        }
        throw new ModelFormatException(path, name + " dtype",
            "one of F32, F16, BF16, I64, I32, U32, I16, U16, I8, U8, BOOL", describe(node));
    }

    private static List<Long> longs(Path path, String subject, JsonNode node) {
        if (!node.isArray() || node.size() > 8) {
            throw new ModelFormatException(path, subject, "an array of at most 8 integers", describe(node));
        }
        List<Long> values = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
                throw new ModelFormatException(path, subject, "integers of at least 0", describe(element));
            }
            values.add(element.longValue());
        }
        return values;
    }

    private static long bytes(Path path, String name, DType dtype, List<Long> shape) {
        try {
            long bytes = dtype.elementBytes();
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new ModelFormatException(path, name + " shape", "a size that fits 63 bits",
                TensorInfo.describe(shape));
        }
    }

    private static void rejectOverlaps(Path path, List<long[]> ranges, List<String> names) {
        ranges.sort(Comparator.<long[]>comparingLong(range -> range[0]).thenComparingLong(range -> range[1]));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i)[0] < ranges.get(i - 1)[1]) {
                throw new ModelFormatException(path, names.get((int) ranges.get(i)[2]) + " data_offsets",
                    "a start at or after " + ranges.get(i - 1)[1] + ", the end of "
                        + names.get((int) ranges.get(i - 1)[2]), String.valueOf(ranges.get(i)[0]) + " (they overlap)");
            }
        }
    }

    private static String describe(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    public Path path() {
        return path;
    }

    /// The whole file; page-aligned.
    public MemorySegment mapping() {
        return mapping;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /// The tensors by name, in the header's order.
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }
}
