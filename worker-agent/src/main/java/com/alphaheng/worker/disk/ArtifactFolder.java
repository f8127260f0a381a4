package com.alphaheng.worker.disk;

import com.alphaheng.protocol.Artifact;
import com.alphaheng.worker.job.ArtifactShelf;
import com.alphaheng.worker.job.seal.Glob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Contents that the coordinator does not have yet, one file each, named by its hash.
public final class ArtifactFolder implements ArtifactShelf {
    private static final int MOST_FILES = 200;
    private static final long MOST_BYTES_TOGETHER = 8 * Artifact.MOST_BYTES;

    private final Path folder;
    private final UnaryOperator<String> mask;

    /// @param mask hides secrets in a text
    /// @throws IOException if the folder cannot be made
    public ArtifactFolder(Path folder, UnaryOperator<String> mask) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.mask = mask;
    }

    @Override
    public List<Artifact> keep(Path work, List<String> globs, Consumer<String> say) {
        List<Artifact> kept = new ArrayList<>();
        long together = 0;
        for (Path file : matching(work, globs)) {
            String path = work.relativize(file).toString();
            try {
                long bytes = Files.size(file);
                if (kept.size() == MOST_FILES || together + bytes > MOST_BYTES_TOGETHER) {
                    say.accept("artifacts: " + path + " and what follows is left out, an attempt may leave "
                            + MOST_FILES + " files of " + (MOST_BYTES_TOGETHER >> 20) + " MiB together");
                    return kept;
                }
                if (bytes > Artifact.MOST_BYTES) {
                    say.accept("artifacts: " + path + " is left out, " + bytes + " bytes are more than "
                            + Artifact.MOST_BYTES);
                    continue;
                }
                byte[] content = Files.readAllBytes(file);
                // One byte is one character, so that a secret is found in any file.
                String text = new String(content, StandardCharsets.ISO_8859_1);
                if (!mask.apply(text).equals(text)) {
                    say.accept("artifacts: " + path + " is left out, it holds a secret");
                    continue;
                }
                kept.add(store(path, content));
                together += bytes;
            } catch (IOException e) {
                say.accept("artifacts: " + path + " cannot be kept (" + e + ")");
            }
        }
        return kept;
    }

    @Override
    public Artifact keepText(String path, String text) {
        try {
            return store(path, mask.apply(text).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What waits for the coordinator, the hash as name.
    public List<Path> waiting() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Artifact store(String path, byte[] content) throws IOException {
        String hash = sha256(content);
        Path fresh = Files.createTempFile(folder, "fresh", ".new");
        try {
            Files.write(fresh, content);
            Files.move(fresh, folder.resolve(hash), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return new Artifact(path, hash, content.length);
    }

    /// Regular files only: a link could lead to what is not the attempt's to show.
    private static List<Path> matching(Path work, List<String> globs) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(work, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return directory.endsWith(".git") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && Glob.anyMatches(globs, work.relativize(file).toString())) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found.stream().sorted().toList();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
