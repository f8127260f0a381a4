package com.alphaheng.engine.tokenizer;

import java.nio.file.Path;

/// A tokenizer that cannot be loaded: says which file, what is wrong with it, and what would help.
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public TokenizerException(Path file, String problem) {
        super(file + ": " + problem);
    }

    public TokenizerException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    public TokenizerException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
