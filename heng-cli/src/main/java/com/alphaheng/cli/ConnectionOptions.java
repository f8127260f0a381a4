package com.alphaheng.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import picocli.CommandLine.Option;

/// Which coordinator a command means.
public final class ConnectionOptions {
    /// Behind a command's own options in its help.
    static final int ORDER = 100;

    @Option(names = "--url", paramLabel = "URL", defaultValue = "${env:HENG_URL:-http://127.0.0.1:7600}", order = ORDER,
            description = "The coordinator (default: HENG_URL, or http://127.0.0.1:7600).")
    private String url;

    private Coordinator coordinator;

    Coordinator coordinator() {
        if (coordinator == null) {
            coordinator = new Coordinator(address(), Surroundings.token());
        }
        return coordinator;
    }

    private URI address() {
        try {
            URI address = new URI(url);
            if (address.getHost() != null && List.of("http", "https").contains(address.getScheme())) {
                return address;
            }
        } catch (URISyntaxException e) {
            // The message below says all there is to say.
        }
        throw new CliException(ExitCode.USAGE, "'" + url + "' is no address: write it like http://127.0.0.1:7600");
    }
}
