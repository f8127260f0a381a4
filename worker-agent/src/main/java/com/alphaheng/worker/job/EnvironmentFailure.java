package com.alphaheng.worker.job;

/// The machine, not the task, failed: no git, a full disk, an unknown commit. Says what to do about it.
public final class EnvironmentFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Code code;

    public EnvironmentFailure(Code code, String what, String remedy, Throwable cause) {
        super(what + ": " + remedy, cause);
        this.code = code;
    }

    public EnvironmentFailure(Code code, String what, String remedy) {
        this(code, what, remedy, null);
    }

    public Code code() {
        return code;
    }

    /// What kind of thing is missing or broken.
    public enum Code {
        NO_GIT, SOURCE_UNREACHABLE, NO_SUCH_COMMIT, FOLDER_UNWRITABLE, DISK_FULL, CANNOT_START, BAD_CONFIGURATION,
        TOO_HOT, MIRROR_DAMAGED
    }
}
