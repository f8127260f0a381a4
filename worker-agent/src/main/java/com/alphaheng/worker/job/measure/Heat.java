package com.alphaheng.worker.job.measure;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a machine says of its heat and its load at one moment.
///
/// @param slowed      whether heat slows it down; empty where nothing on it can tell
/// @param evidence    what says so: "thermal pressure: heavy"; what was looked for in vain if nothing does
/// @param celsius     hottest sensor, where readable
/// @param loadPerCore processes that want to run, per core, over the last minute
public record Heat(Optional<Boolean> slowed, String evidence, OptionalDouble celsius, OptionalDouble loadPerCore) {
    /// In one line, for logs and the doctor.
    public String describe() {
        String heat = slowed.map(slow -> slow ? "slowed down by heat" : "not slowed down by heat")
                .orElse("unknown whether it is slowed down by heat");
        return heat + " (" + evidence + ")"
                + (celsius.isPresent() ? String.format(Locale.ROOT, ", %.0f °C", celsius.getAsDouble()) : "")
                + (loadPerCore.isPresent() ? String.format(Locale.ROOT, ", load %.2f per core",
                loadPerCore.getAsDouble()) : "");
    }
}
