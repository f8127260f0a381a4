package com.alphaheng.engine.chat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.Stream;

/// Tells models apart without reading all of their weights: SHA-256 of config.json and, of each weight file, its
/// name, its size, its first and its last mebibyte (the first holds the header, in MMFP4 with the hashes of the
/// source).
final class ModelFingerprint {

    static final int BYTES = 32;
    private static final int SAMPLE = 1 << 20;

    private ModelFingerprint() { }

    static byte[] of(Path directory) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
        digest.update(Files.readAllBytes(directory.resolve("config.json")));
        for (Path file : weightFiles(directory)) {
            digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
            try (FileChannel channel = FileChannel.open(file)) {
                digest.update(ByteBuffer.allocate(Long.BYTES).putLong(channel.size()).flip());
                digest.update(sample(channel, 0));
                digest.update(sample(channel, Math.max(0, channel.size() - SAMPLE)));
            }
        }
        return digest.digest();
    }

    private static List<Path> weightFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        }
    }

    private static ByteBuffer sample(FileChannel channel, long start) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(SAMPLE, channel.size() - start));
        while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
            // Reading goes on until the sample is whole.
        }
        return bytes.flip();
    }
}
