package com.alphaheng.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/// Which coordinator a command means.
public final class ConnectionOptions {
    /// Behind a command's own options in its help.
    static final int ORDER = 100;

    @Option(names = "--url", paramLabel = "URL", defaultValue = "${env:HENG_URL:-http://127.0.0.1:7600}", order = ORDER,
            description = "The coordinator (default: HENG_URL, or http://127.0.0.1:7600).")
    private URI url;

    private Coordinator coordinator;

    Coordinator coordinator() {
        if (url.getHost() == null) {
            throw new CliException(ExitCode.USAGE, "'" + url + "' is no address: write it like http://127.0.0.1:7600");
        }
        if (coordinator == null) {
            coordinator = new Coordinator(url, Surroundings.token());
        }
        return coordinator;
    }
}
