package com.alphaheng.worker.job.agent;

import com.alphaheng.worker.job.Commands;
import java.util.Locale;

/// How an agent run can fail. What follows differs: wait, ask a person, or try another backend.
public enum AgentFailure {
    RATE_LIMIT, AUTH, OVERLOAD, BAD_OUTPUT, CRASH, HANG, NO_CHANGE, OVER_BUDGET, TIME_LIMIT, STOPPED,
    /// As long as the source is as it is, no other try will do better.
    IMPOSSIBLE;

    /// What it means that a run was killed.
    public static AgentFailure of(Commands.Cause cause) {
        return switch (cause) {
            case SILENCE, STALLED -> HANG;
            case TIME_LIMIT -> TIME_LIMIT;
            case STOPPED -> STOPPED;
            case DISK_QUOTA -> CRASH;
        };
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /// Whether it speaks against the backend, rather than against this one answer.
    boolean countsAgainstBackend() {
        return switch (this) {
            case AUTH, OVERLOAD, CRASH, HANG, RATE_LIMIT -> true;
            case BAD_OUTPUT, NO_CHANGE, OVER_BUDGET, TIME_LIMIT, STOPPED, IMPOSSIBLE -> false;
        };
    }
}
