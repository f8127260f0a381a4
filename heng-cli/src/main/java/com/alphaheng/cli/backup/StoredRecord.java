package com.alphaheng.cli.backup;

/// A record of a topic, as a line of a backup.
///
/// @param offset where it was; a restored one is elsewhere
/// @param key    may be null
public record StoredRecord(long offset, long timestamp, String key, String value) {
}
