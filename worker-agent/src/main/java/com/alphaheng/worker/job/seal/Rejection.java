package com.alphaheng.worker.job.seal;

/// Why a change is not accepted.
///
/// @param detail where, and what was found
public record Rejection(SealRule rule, String detail) {
    /// For reports: `never-executed: the checks pass even when ... (Gemv.java, gemv)`.
    public String describe() {
        return rule.word() + ": " + rule.meaning() + " (" + detail + ")";
    }
}
