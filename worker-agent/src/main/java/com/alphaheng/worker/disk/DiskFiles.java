package com.alphaheng.worker.disk;

import com.alphaheng.worker.job.seal.SourceFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The files of a checkout on the disk. Never follows a link out of it.
public final class DiskFiles implements SourceFiles {
    @Override
    public Optional<String> read(Path folder, String path) {
        try {
            return Optional.of(Files.readString(inside(folder, path), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(Path folder, String path, String content) {
        try {
            Path file = inside(folder, path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void remove(Path folder, String path) {
        try {
            Files.deleteIfExists(inside(folder, path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> hashes(Path folder, Predicate<String> wanted) {
        Map<String, String> hashes = new HashMap<>();
        visit(folder, wanted, (path, file) -> hashes.put(path, Files.isSymbolicLink(file)
                ? "link to " + Files.readSymbolicLink(file) : sha256(Files.readAllBytes(file))));
        return hashes;
    }

    @Override
    public Map<String, Set<String>> imports(Path folder, Predicate<String> wanted) {
        Map<String, Set<String>> imports = new HashMap<>();
        visit(folder, wanted, (path, file) -> {
            Set<String> names = Files.isSymbolicLink(file) ? Set.of() : ElfImports.of(file);
            if (!names.isEmpty()) {
                imports.put(path, names);
            }
        });
        return imports;
    }

    private interface Visitor {
        void visit(String path, Path file) throws IOException;
    }

    private static void visit(Path folder, Predicate<String> wanted, Visitor visitor) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    String path = folder.relativize(file).toString();
                    if (wanted.test(path)) {
                        visitor.visit(path, file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path inside(Path folder, String path) throws IOException {
        Path file = folder.resolve(path).normalize();
        if (!file.startsWith(folder.normalize())) {
            throw new IOException(path + " leads out of the checkout");
        }
        for (Path step = file; step != null && !step.equals(folder.normalize()); step = step.getParent()) {
            if (Files.exists(step, LinkOption.NOFOLLOW_LINKS) && Files.isSymbolicLink(step)) {
                throw new IOException(path + " goes through a link");
            }
        }
        return file;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
