package com.alphaheng.worker.job;

import com.alphaheng.protocol.Artifact;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The files one attempt leaves, by path: what is kept later under the same path replaces what was there.
final class KeptFiles {
    private final ArtifactShelf shelf;
    private final Map<String, Artifact> byPath = new LinkedHashMap<>();

    KeptFiles(ArtifactShelf shelf) {
        this.shelf = shelf;
    }

    void keep(Path folder, List<String> globs, Consumer<String> say) {
        if (!globs.isEmpty()) {
            shelf.keep(folder, globs, say).forEach(artifact -> byPath.put(artifact.path(), artifact));
        }
    }

    void keepText(String path, String text) {
        byPath.put(path, shelf.keepText(path, text));
    }

    /// Keeps it as the next of its kind: `benchmark-1.json`, `benchmark-2.json`.
    void keepNext(String start, String end, String text) {
        int number = 1;
        while (byPath.containsKey(start + number + end)) {
            number++;
        }
        keepText(start + number + end, text);
    }

    List<Artifact> all() {
        return byPath.values().stream().filter(artifact -> !artifact.sha256().isEmpty()).toList();
    }
}
