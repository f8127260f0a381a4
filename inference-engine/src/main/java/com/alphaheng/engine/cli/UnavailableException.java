package com.alphaheng.engine.cli;

/// Something that a command was asked for does not exist (yet, or here); the message says what and why.
public final class UnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UnavailableException(String message) {
        super(message);
    }
}
