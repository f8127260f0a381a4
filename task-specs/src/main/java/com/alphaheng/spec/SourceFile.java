package com.alphaheng.spec;

import java.nio.charset.StandardCharsets;

/// A task file as it was read.
///
/// @param name    what messages call it: a path, or a file name
/// @param content its bytes; not copied, and not to be changed afterwards
public record SourceFile(String name, byte[] content) {
    public static SourceFile of(String name, String text) {
        return new SourceFile(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
