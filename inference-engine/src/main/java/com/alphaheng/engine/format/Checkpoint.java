package com.alphaheng.engine.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The tensors of a model folder by name: all files that the index names, or the one safetensors file. Owns the
/// mappings.
public final class Checkpoint implements AutoCloseable {

    private static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";

    private final Path directory;
    private final Arena arena;
    private final List<SafetensorsFile> files;
    private final Map<String, TensorInfo> tensors;

    private Checkpoint(Path directory, Arena arena, List<SafetensorsFile> files, Map<String, TensorInfo> tensors) {
        this.directory = directory;
        this.arena = arena;
        this.files = files;
        this.tensors = tensors;
    }

    /// Maps the folder's files. With an index, every tensor must lie in the file that the index names for it.
    ///
    /// @throws ModelFormatException when a file is missing, broken or contradicts the index
    public static Checkpoint open(Path directory) {
        Arena arena = Arena.ofShared();
        try {
            Map<String, String> index = readIndex(directory);
            List<SafetensorsFile> files = new ArrayList<>();
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            for (Path path : paths(directory, index)) {
                SafetensorsFile file = SafetensorsFile.map(path, arena);
                files.add(file);
                for (TensorInfo tensor : file.tensors().values()) {
                    TensorInfo other = tensors.putIfAbsent(tensor.name(), tensor);
                    if (other != null) {
                        throw new ModelFormatException(path, tensor.name(), "a tensor in one file only",
                            "it also in " + other.file().getFileName());
                    }
                }
            }
            checkIndex(directory, index, tensors);
            return new Checkpoint(directory, arena, files, tensors);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static Map<String, String> readIndex(Path directory) {
        Path path = directory.resolve(INDEX);
        Map<String, String> index = new LinkedHashMap<>();
        if (!Files.exists(path)) {
            return index;
        }
        try {
            JsonNode map = new ObjectMapper().readTree(path.toFile()).path("weight_map");
            if (!map.isObject() || map.isEmpty()) {
                throw new ModelFormatException(path, "weight_map", "an object from tensor to file", map.toString());
            }
            for (Map.Entry<String, JsonNode> entry : map.properties()) {
                String file = entry.getValue().asText();
                if (!entry.getValue().isTextual() || file.contains("/") || file.contains("\\")) {
                    throw new ModelFormatException(path, "weight_map." + entry.getKey(), "a file name in the folder",
                        entry.getValue().toString());
                }
                index.put(entry.getKey(), file);
            }
            return index;
        } catch (JsonProcessingException e) {
            throw ModelFormatException.invalidJson(path, e);
        } catch (IOException e) {
            throw new ModelFormatException(path, "cannot be read: " + e, e);
        }
    }

    private static Set<Path> paths(Path directory, Map<String, String> index) {
        Set<Path> paths = new LinkedHashSet<>();
        new TreeSet<>(index.values()).forEach(name -> paths.add(directory.resolve(name)));
        if (paths.isEmpty() && Files.exists(directory.resolve(SINGLE))) {
            paths.add(directory.resolve(SINGLE));
        }
        if (paths.isEmpty()) {
            throw new ModelFormatException(directory, "no weights", INDEX + " or " + SINGLE, listing(directory));
        }
        for (Path path : paths) {
            if (!Files.isRegularFile(path)) {
                throw new ModelFormatException(path, "file named by " + INDEX, "a file",
                    "none (is the download complete?)");
            }
        }
        return paths;
    }

    private static String listing(Path directory) {
        if (!Files.isDirectory(directory)) {
            return "no such folder";
        }
        try (Stream<Path> entries = Files.list(directory)) {
            List<String> names = entries.limit(8).map(path -> path.getFileName().toString()).sorted().toList();
            return names.isEmpty() ? "an empty folder" : String.join(", ", names);
        } catch (IOException e) {
            return "a folder that cannot be listed (" + e + ")";
        }
    }

    private static void checkIndex(Path directory, Map<String, String> index, Map<String, TensorInfo> tensors) {
        for (Map.Entry<String, String> entry : index.entrySet()) {
            TensorInfo tensor = tensors.get(entry.getKey());
            if (tensor == null) {
                throw new ModelFormatException(directory.resolve(entry.getValue()), entry.getKey(),
                    "a tensor, since " + INDEX + " names it", "none");
            }
            if (!tensor.file().getFileName().toString().equals(entry.getValue())) {
                throw new ModelFormatException(directory.resolve(INDEX), entry.getKey(),
                    tensor.file().getFileName() + ", where it lies", entry.getValue());
            }
        }
    }

    public Path directory() {
        return directory;
    }

    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    public List<SafetensorsFile> files() {
        return files;
    }

    /// The mapped files, whole.
    public List<MemorySegment> mappings() {
        return files.stream().map(SafetensorsFile::mapping).toList();
    }

    /// Memory that lives as long as the mappings.
    MemorySegment allocate(long bytes, long alignment) {
        return arena.allocate(bytes, alignment);
    }

    @Override
    public void close() {
        arena.close();
    }
}
