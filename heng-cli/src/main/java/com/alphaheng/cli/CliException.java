package com.alphaheng.cli;

import java.util.List;

/// An expected failure: its message, which says what to do, is all the user sees.
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient List<String> details;

    public CliException(int exitCode, String message) {
        this(exitCode, message, List.of());
    }

    /// @param details lines to print before the message
    public CliException(int exitCode, String message, List<String> details) {
        super(message);
        this.exitCode = exitCode;
        this.details = List.copyOf(details);
    }

    public static CliException failed(String message) {
        return new CliException(ExitCode.FAILED, message);
    }

    public static CliException unavailable(String message) {
        return new CliException(ExitCode.UNAVAILABLE, message);
    }

    public List<String> details() {
        return details;
    }

    public int exitCode() {
        return exitCode;
    }
}
