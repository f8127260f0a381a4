package com.alphaheng.cli.up;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// For how long nothing of a campaign could go on. Workers come and go: only what lasts is worth a word.
final class Standstill {
    static final Duration WORTH_SAYING = Duration.ofSeconds(15);
    static final Duration GIVE_UP = Duration.ofSeconds(120);

    private String reason = "";
    private Instant since = Instant.MAX;
    private boolean told;

    /// Takes the coordinator's latest word on the campaign.
    ///
    /// @return what to tell the user, once for each reason
    Optional<String> observe(JsonNode campaign, Instant now) {
        String latest = campaign.path("standstill").asText("");
        if (latest.isEmpty()) {
            reason = "";
            since = Instant.MAX;
            return Optional.empty();
        }
        if (reason.isEmpty()) {
            since = now;
        }
        told &= latest.equals(reason);
        reason = latest;
        if (told || now.isBefore(since.plus(WORTH_SAYING))) {
            return Optional.empty();
        }
        told = true;
        return Optional.of("nothing of campaign " + campaign.path("name").asText() + " can go on: " + reason);
    }

    /// What to give up with once it has lasted for [#GIVE_UP].
    Optional<String> lasting(Instant now) {
        return reason.isEmpty() || now.isBefore(since.plus(GIVE_UP)) ? Optional.empty() : Optional.of(reason);
    }
}
