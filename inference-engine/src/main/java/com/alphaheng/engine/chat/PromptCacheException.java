package com.alphaheng.engine.chat;

import java.nio.file.Path;

/// A prompt cache that cannot be used: says which file, why, and what would help.
public final class PromptCacheException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public PromptCacheException(Path file, String problem) {
        super(file + ": " + problem + ". Delete the file; it is written anew");
    }
}
