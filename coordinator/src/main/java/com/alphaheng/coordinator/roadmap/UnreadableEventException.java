package com.alphaheng.coordinator.roadmap;

/// A record of the log that is no fact this program knows; the message says what it is and what to do.
public final class UnreadableEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadableEventException(String message) {
        super(message);
    }

    public UnreadableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
