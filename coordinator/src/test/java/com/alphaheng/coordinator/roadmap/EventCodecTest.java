package com.alphaheng.coordinator.roadmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What the codec refuses. That every fact survives a round trip is part of each scenario.
class EventCodecTest {
    @Test
    void whatIsNotUnderstoodIsRefusedWithTheReason() {
        byte[] good = EventCodec.encode(new RoadmapEvent.CampaignOpened("c", Instant.EPOCH));
        assertThat(EventCodec.decode(good)).isEqualTo(new RoadmapEvent.CampaignOpened("c", Instant.EPOCH));
        String json = new String(good, UTF_8);
        assertRefused(json.replace("\"v\":1", "\"v\":2"), "version 2 of the fact format");
        assertRefused(json.replace("CampaignOpened", "CampaignForgotten"), "unknown type 'CampaignForgotten'");
        assertRefused(json.replace("}", ",\"owner\":\"ann\"}"), "owner");
        assertRefused("[]", "not a JSON object");
        assertRefused("", "not a JSON object");
        assertRefused("{\"v\":1", "not a readable fact");
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> EventCodec.decode(json.getBytes(UTF_8)))
                .isInstanceOf(UnreadableEventException.class).hasMessageContaining(reason);
    }
}
