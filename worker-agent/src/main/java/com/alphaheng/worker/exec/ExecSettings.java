package com.alphaheng.worker.exec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/// How commands are run on this machine.
///
/// @param folder          for scratch files and the list of running commands
/// @param environment     what every command gets; nothing secret
/// @param mask            hides secrets in output
/// @param mostOutputBytes of one command; what exceeds it is read and dropped
/// @param mostFileBytes   of any file a sealed command writes
/// @param diskQuotaBytes  of the checkout and scratch folder together while a command runs
/// @param quotaInterval   time between two looks at the disk
public record ExecSettings(Path folder, Map<String, String> environment, SecretMask mask, long mostOutputBytes,
                           long mostFileBytes, OptionalLong diskQuotaBytes, Duration quotaInterval) {
    public static final long DEFAULT_OUTPUT_BYTES = 4L << 20;
    public static final long DEFAULT_FILE_BYTES = 8L << 30;

    public ExecSettings {
        environment = Map.copyOf(environment);
    }

    Path scratch() {
        return folder.resolve("scratch");
    }

    Path running() {
        return folder.resolve("processes");
    }
}
