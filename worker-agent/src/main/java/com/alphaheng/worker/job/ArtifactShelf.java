package com.alphaheng.worker.job;

import com.alphaheng.protocol.Artifact;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Port: where files of attempts are kept until the coordinator has them. Survives this process.
public interface ArtifactShelf {
    /// Keeps the files of a folder that match; links, files too large, and files that hold a secret are left out.
    ///
    /// @param say told what was left out, and why
    List<Artifact> keep(Path folder, List<String> globs, Consumer<String> say);

    /// Keeps a text of the worker itself, secrets masked.
    Artifact keepText(String path, String text);

    /// Keeps nothing.
    ArtifactShelf NONE = new ArtifactShelf() {
        @Override
        public List<Artifact> keep(Path folder, List<String> globs, Consumer<String> say) {
            return List.of();
        }

        @Override
        public Artifact keepText(String path, String text) {
            return new Artifact(path, "", text.length());
        }
    };
}
