package com.alphaheng.protocol;

/// A record that is no valid message of this protocol version; the message says what is wrong with it.
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }

    public ProtocolException(String message) {
        super(message);
    }
}
