package com.alphaheng.engine.backend;

/// How streaming of experts from the mapped file is going.
///
/// @param hits          experts wanted that were resident
/// @param misses        experts wanted that had to be read
/// @param residentBytes of experts now
/// @param capacityBytes that experts may take
public record ExpertCacheUse(long hits, long misses, long residentBytes, long capacityBytes) {

    public double hitRate() {
        return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
    }
}
