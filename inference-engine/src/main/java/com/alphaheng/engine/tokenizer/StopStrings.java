package com.alphaheng.engine.tokenizer;

import java.util.List;
import java.util.Optional;

/// Watches a text that comes in pieces for strings that end it. Text that may be the beginning of such a string
/// waits, so no part of one is ever given out. The result does not depend on where the pieces break: the stop that
/// is complete first counts, and of two complete at the same character the longer.
final class StopStrings {

    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private String found;

    /// @param stops none of them empty
    StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
        if (stops.contains("")) {
            throw new IllegalArgumentException("a stop string is empty: it would stop before the first token");
        }
    }

    /// The text that may be given out now. Nothing once a stop was found.
    String push(String text) {
        if (found != null) {
            return "";
        }
        if (stops.isEmpty()) {
            return text;
        }
        held.append(text);
        int end = Integer.MAX_VALUE;
        int start = 0;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (at + stop.length() < end || at + stop.length() == end && at < start)) {
                start = at;
                end = at + stop.length();
            }
        }
        if (end != Integer.MAX_VALUE) {
            found = held.substring(start, end);
            return take(start);
        }
        return take(held.length() - longestBeginning());
    }

    /// What waited in vain.
    String finish() {
        return found == null ? take(held.length()) : "";
    }

    /// The stop that ended the text.
    Optional<String> found() {
        return Optional.ofNullable(found);
    }

    private String take(int count) {
        String text = held.substring(0, count);
        held.delete(0, count);
        return text;
    }

    /// Length of the longest end of the held text that a stop begins with.
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (held.indexOf(stop.substring(0, length), held.length() - length) >= 0) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
