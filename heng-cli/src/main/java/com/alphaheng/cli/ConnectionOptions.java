package com.alphaheng.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/// Which coordinator and which campaign a command means.
public final class ConnectionOptions {
    @Option(names = "--url", paramLabel = "URL", defaultValue = "${env:HENG_URL:-http://127.0.0.1:7600}",
            description = "The coordinator (default: HENG_URL, or http://127.0.0.1:7600).")
    private URI url;

    @Option(names = {"-c", "--campaign"}, paramLabel = "NAME", defaultValue = "${env:HENG_CAMPAIGN:-roadmap}",
            description = "The campaign (default: HENG_CAMPAIGN, or roadmap).")
    private String campaign;

    /// The address, as given.
    URI url() {
        return url;
    }

    Coordinator coordinator() {
        if (url.getHost() == null) {
            throw new CliException(ExitCode.USAGE, "'" + url + "' is no address: write it like http://127.0.0.1:7600");
        }
        return new Coordinator(url, Surroundings.token());
    }

    String campaign() {
        return campaign;
    }

    String campaignPath() {
        return "/api/campaigns/" + Coordinator.segment(campaign);
    }
}
