package com.alphaheng.engine.backend;

/// The back end asked for cannot run here; the message says why.
public final class BackendUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public BackendUnavailableException(String message) {
        super(message);
    }
}
