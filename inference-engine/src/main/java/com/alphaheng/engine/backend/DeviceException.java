package com.alphaheng.engine.backend;

/// A device could not be opened, ran out of memory, or an operation failed on it. The message names the operation's
/// label and what to do.
public class DeviceException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
