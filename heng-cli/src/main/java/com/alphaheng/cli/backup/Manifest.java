package com.alphaheng.cli.backup;

import com.alphaheng.protocol.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a backup file holds.
///
/// @param version   of the file's format
/// @param cutAt     offset of the first record of the event log that was left out on purpose
/// @param campaigns by name
/// @param lastFact  when the last fact of the log happened
public record Manifest(int version, Instant createdAt, Optional<Long> cutAt, List<String> campaigns,
                       Optional<Instant> lastFact, List<Entry> entries) {
    static final int VERSION = 1;
    static final String NAME = "manifest.json";

    public Manifest {
        campaigns = List.copyOf(campaigns);
        entries = List.copyOf(entries);
    }

    /// One partition of a topic.
    ///
    /// @param sha256 of the entry's bytes, in hexadecimal
    public record Entry(String topic, int partition, long records, long bytes, String sha256) {
        String name() {
            return "topics/" + topic + "/" + partition + ".ndjson";
        }
    }

    /// Facts in the event log.
    public long facts() {
        return entries.stream().filter(entry -> entry.topic().equals(Topics.ROADMAP)).mapToLong(Entry::records).sum();
    }

    /// Pieces of output.
    public long outputs() {
        return entries.stream().filter(entry -> entry.topic().equals(Topics.LOGS)).mapToLong(Entry::records).sum();
    }

    /// What is in it, for a message.
    public String inWords() {
        return "%d facts up to %s, campaigns %s, %d pieces of output".formatted(facts(),
                lastFact.map(Object::toString).orElse("(none)"), campaigns, outputs());
    }
}
