package com.alphaheng.engine.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/// The MMFP4 model that is part of the repository.
public final class ShippedModel {

    private ShippedModel() { }

    /// Its folder, from the module's folder or the repository's root.
    public static Path directory() {
        Path fromModule = Path.of("models", "tiny-java-glm");
        return Files.isDirectory(fromModule) ? fromModule : Path.of("inference-engine").resolve(fromModule);
    }
}
