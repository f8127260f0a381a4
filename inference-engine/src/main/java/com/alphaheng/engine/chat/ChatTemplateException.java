package com.alphaheng.engine.chat;

import java.nio.file.Path;

/// A chat template that is missing, cannot be parsed or refuses a conversation: says which file and why.
public final class ChatTemplateException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ChatTemplateException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
