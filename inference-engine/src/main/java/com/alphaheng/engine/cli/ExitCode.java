package com.alphaheng.engine.cli;

/// Exit codes that scripts can rely on.
public final class ExitCode {

    public static final int OK = 0;
    /// A check failed, or the work could not be done.
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /// A back end, a feature or a file that the command needs is not available here.
    public static final int UNAVAILABLE = 3;

    private ExitCode() { }
}
