package com.alphaheng.coordinator.disk;

import com.alphaheng.coordinator.runtime.ArtifactStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// One file per content, `ab/abcdef...`, made when the first one comes. A content gets its name only when its hash was
/// found right, so whatever has a name is whole, also after a crash.
public final class DiskArtifacts implements ArtifactStore {
    private static final String FRESH = ".new";

    private final Path folder;
    private final long mostBytes;
    private final long quota;
    /// Bytes in the folder; -1 until they were counted.
    private final AtomicLong used = new AtomicLong(-1);

    /// @param mostBytes of one content
    /// @param quota     bytes of all
    public DiskArtifacts(Path folder, long mostBytes, long quota) {
        this.folder = folder;
        this.mostBytes = mostBytes;
        this.quota = quota;
    }

    @Override
    public Taken put(String sha256, InputStream content) throws IOException {
        Path file = file(sha256);
        if (Files.exists(file)) {
            return new Taken.AlreadyThere();
        }
        Files.createDirectories(file.getParent());
        if (used() >= quota) {
            return new Taken.Full(quota);
        }
        Path fresh = Files.createTempFile(file.getParent(), sha256.substring(0, 8), FRESH);
        try {
            MessageDigest digest = sha256();
            long bytes = copy(content, fresh, digest);
            if (bytes > mostBytes) {
                return new Taken.TooLarge(mostBytes);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(sha256)) {
                return new Taken.WrongHash(found);
            }
            if (used.addAndGet(bytes) > quota) {
                used.addAndGet(-bytes);
                return new Taken.Full(quota);
            }
            move(fresh, file);
            return new Taken.Stored(bytes);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    @Override
    public Optional<Long> size(String sha256) {
        try {
            return Optional.of(Files.size(file(sha256)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public InputStream open(String sha256) throws IOException {
        return Files.newInputStream(file(sha256));
    }

    /// Bytes copied; one more than allowed at most.
    private long copy(InputStream content, Path file, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[64 * 1024];
        long bytes = 0;
        try (OutputStream output = Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int read = content.read(chunk); read >= 0 && bytes <= mostBytes; read = content.read(chunk)) {
                digest.update(chunk, 0, read);
                output.write(chunk, 0, read);
                bytes += read;
            }
        }
        return bytes;
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private synchronized long used() throws IOException {
        if (used.get() < 0) {
            try (Stream<Path> files = Files.walk(folder)) {
                long total = 0;
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (file.toString().endsWith(FRESH)) {
                        // Left by a process that was killed while it wrote.
                        Files.deleteIfExists(file);
                    } else {
                        total += Files.size(file);
                    }
                }
                used.set(total);
            }
        }
        return used.get();
    }

    private Path file(String sha256) {
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
