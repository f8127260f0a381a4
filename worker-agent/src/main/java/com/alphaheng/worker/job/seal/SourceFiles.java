package com.alphaheng.worker.job.seal;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Port: the files of a checkout.
public interface SourceFiles {
    /// Empty if there is no such file.
    Optional<String> read(Path folder, String path);

    void write(Path folder, String path, String content);

    /// Removes a file, if it is there.
    void remove(Path folder, String path);

    /// SHA-256 of every file whose path is wanted, by path; links count by where they point.
    Map<String, String> hashes(Path folder, Predicate<String> wanted);

    /// What compiled files ask of the system: the names that they import, by path. Files of other sorts are left out.
    Map<String, Set<String>> imports(Path folder, Predicate<String> wanted);
}
