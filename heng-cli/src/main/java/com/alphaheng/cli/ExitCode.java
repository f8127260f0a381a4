package com.alphaheng.cli;

/// Exit codes that scripts can rely on.
public final class ExitCode {
    public static final int OK = 0;
    /// What was asked for failed: a task, a check, a submission with problems.
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /// Something needed is not there: no coordinator answers, no JDK, a port is taken, the disk is full.
    public static final int UNAVAILABLE = 3;

    private ExitCode() {
    }
}
