package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// When a standstill is told, and when it is given up on.
final class StandstillTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Standstill standstill = new Standstill();

    private static JsonNode campaign(String reason) {
        var campaign = JsonNodeFactory.instance.objectNode().put("name", "c");
        return reason.isEmpty() ? campaign : campaign.put("standstill", reason);
    }

    private String at(int second, String reason) {
        return standstill.observe(campaign(reason), START.plusSeconds(second)).orElse("");
    }

    @Test
    void isToldOnceWhenItLasts() {
        assertThat(at(0, "no worker")).isEmpty();
        assertThat(at(14, "no worker")).isEmpty();
        assertThat(at(15, "no worker")).isEqualTo("nothing of campaign c can go on: no worker");
        assertThat(at(16, "no worker")).isEmpty();
        assertThat(at(17, "no Mac")).isEqualTo("nothing of campaign c can go on: no Mac");
        assertThat(standstill.lasting(START.plusSeconds(119))).isEmpty();
        assertThat(standstill.lasting(START.plusSeconds(120))).contains("no Mac");
    }

    @Test
    void beginsAnewWhenSomethingWentOn() {
        at(0, "no worker");
        assertThat(at(50, "")).isEmpty();
        assertThat(standstill.lasting(START.plusSeconds(130))).isEmpty();
        assertThat(at(55, "no worker")).isEmpty();
        assertThat(standstill.lasting(START.plusSeconds(130))).isEmpty();
        assertThat(at(70, "no worker")).isNotEmpty();
    }
}
