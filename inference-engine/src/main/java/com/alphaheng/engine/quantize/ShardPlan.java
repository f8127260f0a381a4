package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.DType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Distributes tensors over safetensors files and lays each file out: the data, and every tensor in it, starts at a
/// multiple of 64 bytes. The format allows no holes, so where a tensor's size is not such a multiple a `padding.N`
/// tensor follows it.
public final class ShardPlan {

    static final int ALIGNMENT = 64;

    private static final ObjectMapper JSON = new ObjectMapper();

    /// Where a tensor lies.
    ///
    /// @param shard  index of its file
    /// @param offset in the file
    public record Place(int shard, long offset) { }

    /// @param header the file's first bytes, up to the data
    /// @param bytes  the file's size
    public record Shard(String name, byte[] header, long bytes) { }

    private final List<Shard> shards = new ArrayList<>();
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();

    /// @param groups   in the order in which they shall lie; a group's tensors go into the same file
    /// @param metadata of every file
    /// @param largest  bytes of data after which a new file begins
    public ShardPlan(List<List<OutputTensor>> groups, Map<String, String> metadata, long largest) {
        List<List<OutputTensor>> parts = split(groups, largest);
        for (int i = 0; i < parts.size(); i++) {
            String name = parts.size() == 1 ? "model.safetensors"
                : String.format("model-%05d-of-%05d.safetensors", i + 1, parts.size());
            shards.add(layOut(i, name, parts.get(i), metadata));
        }
    }

    private static List<List<OutputTensor>> split(List<List<OutputTensor>> groups, long largest) {
        List<List<OutputTensor>> parts = new ArrayList<>();
        long used = Long.MAX_VALUE / 2;
        for (List<OutputTensor> group : groups) {
            long bytes = group.stream().mapToLong(OutputTensor::bytes).sum();
            if (used + bytes > largest) {
                parts.add(new ArrayList<>());
                used = 0;
            }
            parts.getLast().addAll(group);
            used += bytes;
        }
        return parts;
    }

    private Shard layOut(int shard, String name, List<OutputTensor> tensors, Map<String, String> metadata) {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode stated = header.putObject("__metadata__");
        metadata.forEach(stated::put);
        Map<String, Long> offsets = new LinkedHashMap<>();
        long end = 0;
        int padding = 0;
        for (OutputTensor tensor : tensors) {
            offsets.put(tensor.name(), end);
            files.put(tensor.name(), name);
            end = put(header, tensor, end);
            long gap = (ALIGNMENT - end % ALIGNMENT) % ALIGNMENT;
            if (gap > 0) {
                end = put(header, new OutputTensor("padding." + padding++, DType.U8, List.of(gap)), end);
            }
        }
        byte[] bytes = encode(header);
        offsets.forEach((tensor, offset) -> places.put(tensor, new Place(shard, bytes.length + offset)));
        return new Shard(name, bytes, bytes.length + end);
    }

    private static long put(ObjectNode header, OutputTensor tensor, long begin) {
        ObjectNode entry = header.putObject(tensor.name());
        entry.put("dtype", tensor.dtype().name());
        tensor.shape().forEach(entry.putArray("shape")::add);
        entry.putArray("data_offsets").add(begin).add(begin + tensor.bytes());
        return begin + tensor.bytes();
    }

    /// Length, JSON, and the spaces that bring the data to its alignment.
    private static byte[] encode(ObjectNode header) {
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int length = (json.length + 8 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) ' ');
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) ((long) (length - 8) >>> (8 * i));
        }
        System.arraycopy(json, 0, bytes, 8, json.length);
        return bytes;
    }

    public List<Shard> shards() {
        return List.copyOf(shards);
    }

    public Place place(String tensor) {
        return places.get(tensor);
    }

    /// The index that belongs beside several files: tensor to file.
    public ObjectNode index() {
        ObjectNode index = JSON.createObjectNode();
        index.putObject("metadata").put("total_size", shards.stream().mapToLong(Shard::bytes).sum());
        ObjectNode map = index.putObject("weight_map");
        files.forEach(map::put);
        return index;
    }
}
