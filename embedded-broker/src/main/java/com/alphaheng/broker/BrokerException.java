package com.alphaheng.broker;

/// The broker could not start, for a reason outside this program. The message names the place and the remedy.
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    BrokerException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    BrokerException(Reason reason, String message) {
        this(reason, message, null);
    }

    public Reason reason() {
        return reason;
    }

    /// What a caller may want to tell apart.
    public enum Reason {
        PORT_TAKEN, FOLDER_UNUSABLE, FOLDER_LOCKED, DISK_FULL, CLUSTER_MISMATCH, START_FAILED
    }
}
