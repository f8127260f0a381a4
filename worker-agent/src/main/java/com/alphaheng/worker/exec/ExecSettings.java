package com.alphaheng.worker.exec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// How commands are run on this machine.
///
/// @param reach       what confined commands may see and change; its `own` folder holds scratch files and the list of
///                    running commands
/// @param environment what every command gets; nothing secret
/// @param mask        hides secrets in output
/// @param limits      beyond which a command is cut short
public record ExecSettings(Reach reach, Map<String, String> environment, SecretMask mask, Limits limits) {
    public ExecSettings {
        environment = Map.copyOf(environment);
    }

    /// What one command may use.
    ///
    /// @param outputBytes    what exceeds it is read and dropped
    /// @param fileBytes      of any file a sealed command writes
    /// @param diskQuotaBytes of the checkout and scratch folder together
    /// @param quotaInterval  least time between two looks at the disk
    /// @param standstill     without output and without use of a processor it counts as hung
    public record Limits(long outputBytes, long fileBytes, long diskQuotaBytes, Duration quotaInterval,
                         Duration standstill) {
        public static final Limits DEFAULT = new Limits(4L << 20, 8L << 30, 20L << 30, Duration.ofSeconds(5),
                Duration.ofMinutes(10));

        public Limits withOutput(long bytes) {
            return new Limits(bytes, fileBytes, diskQuotaBytes, quotaInterval, standstill);
        }

        public Limits withDiskQuota(long bytes, Duration interval) {
            return new Limits(outputBytes, fileBytes, bytes, interval, standstill);
        }

        public Limits withStandstill(Duration time) {
            return new Limits(outputBytes, fileBytes, diskQuotaBytes, quotaInterval, time);
        }
    }

    Path folder() {
        return reach.own();
    }

    Path scratch() {
        return folder().resolve("scratch");
    }

    Path running() {
        return folder().resolve("processes");
    }
}
