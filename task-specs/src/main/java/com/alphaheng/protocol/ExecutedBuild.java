package com.alphaheng.protocol;

import java.util.Map;
import java.util.TreeMap;

/// What a change was built to, and proof that it ran.
///
/// @param files            SHA-256 of each built file that differs from the base's, by path; the same after the build,
///                         before, during and after every run
/// @param operations       that the last run dispatched, by kernel, by its own word
/// @param baseOperations   those of the base for the same work
/// @param seenFromOutside  whether the operating system showed one of the files open in a running process
public record ExecutedBuild(Map<String, String> files, Map<String, Long> operations, Map<String, Long> baseOperations,
                            boolean seenFromOutside) {
    public ExecutedBuild {
        files = new TreeMap<>(files);
        operations = new TreeMap<>(operations);
        baseOperations = new TreeMap<>(baseOperations);
    }
}
