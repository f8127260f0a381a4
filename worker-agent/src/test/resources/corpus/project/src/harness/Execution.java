package harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What this process says of itself: hashes of its class path, and how often each operation ran.
final class Execution {
    private static final Map<String, Long> COUNTS = new TreeMap<>();

    static void count(String operation) {
        COUNTS.merge(operation, 1L, Long::sum);
    }

    static String json() throws IOException {
        Path path = Path.of(System.getProperty("java.class.path"));
        List<Path> files;
        try (Stream<Path> found = Files.walk(path)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        return "\"execution\":{\"loaded\":{" + files.stream().map(file -> quoted(file.toString()) + ":"
                + quoted(sha256(file))).collect(Collectors.joining(",")) + "},\"operations\":{"
                + COUNTS.entrySet().stream().map(entry -> quoted(entry.getKey()) + ":" + entry.getValue())
                        .collect(Collectors.joining(",")) + "}}";
    }

    private static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
