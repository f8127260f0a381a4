package com.alphaheng.engine.bench;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// What this process says of itself for proof of execution: `{"loaded": {file: SHA-256}, "operations": {kind: count}}`.
/// Whoever verifies it compares the hashes with the files that were built, and the counts with another build's for the
/// same work.
public final class ExecutionRecord {

    private ExecutionRecord() { }

    /// @param operations submitted for the work that is reported, by kind
    public static ObjectNode of(Map<String, Long> operations) {
        ObjectNode record = new ObjectMapper().createObjectNode();
        loaded().forEach(record.putObject("loaded")::put);
        ObjectNode counts = record.putObject("operations");
        operations.forEach(counts::put);
        return record;
    }

    /// SHA-256 by file name: the jars of the class path, the C kernels where they are available, and the sources of the
    /// GPU's kernels where a GPU compiles them.
    public static Map<String, String> loaded() {
        Map<String, String> hashes = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path jar = Path.of(entry);
            if (Files.isRegularFile(jar)) {
                hashes.put(jar.getFileName().toString(), sha256(bytes(jar)));
            }
        }
        for (Backend backend : Backends.all()) {
            if (backend.probe() instanceof Availability.Available) {
                backend.kernelFiles().forEach((name, content) -> hashes.put(name, sha256(content)));
            }
        }
        return hashes;
    }

    /// The counts that were added since `before`.
    public static Map<String, Long> since(Map<String, Long> before, Map<String, Long> now) {
        Map<String, Long> added = new TreeMap<>();
        now.forEach((kind, count) -> {
            long more = count - before.getOrDefault(kind, 0L);
            if (more > 0) {
                added.put(kind, more);
            }
        });
        return added;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
