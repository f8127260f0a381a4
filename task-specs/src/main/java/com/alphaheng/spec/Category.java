package com.alphaheng.spec;

/// The part of the roadmap a task belongs to; reports are grouped by it.
public enum Category {
    SYNC_ELIMINATION("sync-elimination"),
    FUSION_AND_MEMORY("fusion-and-memory"),
    MTP("mtp"),
    COORDINATION_AND_VALIDATION("coordination-and-validation"),
    OTHER("other");

    private final String word;

    Category(String word) {
        this.word = word;
    }

    /// The word used in task files and reports.
    public String word() {
        return word;
    }
}
