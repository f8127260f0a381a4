package com.alphaheng.engine.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Finds the founders' bf16 checkpoint with its reference results. It is not part of the repository: it lies in a
/// folder `shared` beside it, or where the system property `alphaheng.shared` says. Tests that need it are skipped,
/// with the reason printed, where it is absent.
public final class SharedModel {

    private SharedModel() { }

    /// The checkpoint's folder; the calling test is skipped when there is none.
    public static Path require() {
        Optional<Path> found = find();
        if (found.isEmpty()) {
            System.out.println("skipped: no models/tiny-java-glm under -Dalphaheng.shared=DIR or in a folder 'shared'"
                + " beside the repository");
        }
        assumeTrue(found.isPresent(), "the bf16 checkpoint is not at hand");
        return found.get();
    }

    private static Optional<Path> find() {
        String named = System.getProperty("alphaheng.shared");
        Path folder = named == null ? null : Path.of(named);
        for (Path up = Path.of("").toAbsolutePath(); folder == null && up != null; up = up.getParent()) {
            Path candidate = up.resolve("shared");
            if (Files.exists(candidate.resolve("models/tiny-java-glm/config.json"))) {
                folder = candidate;
            }
        }
        return Optional.ofNullable(folder).map(path -> path.resolve("models/tiny-java-glm")).filter(Files::isDirectory);
    }
}
