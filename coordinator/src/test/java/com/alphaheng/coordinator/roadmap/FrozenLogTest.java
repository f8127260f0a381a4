package com.alphaheng.coordinator.roadmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Logs written by earlier versions must replay to the same outcome for ever.
///
/// `log-v1.txt` holds logs as the first version wrote them while it ran scenarios, one fact a line, each log after a
/// line
/// `== name` and before the outline of the roadmap it led to. Never edit it: add a file when the format gets a new
/// version.
class FrozenLogTest {
    @Test
    void logsOfVersionOneReplayToTheSameOutcome() throws IOException {
        Set<Class<?>> seen = new HashSet<>();
        List<String> logs = load("log-v1.txt");
        for (String log : logs) {
            RoadmapState state = new RoadmapState();
            StringBuilder outline = new StringBuilder();
            String[] lines = log.split("\n");
            for (int i = 1; i < lines.length; i++) {
                if (lines[i].startsWith("{")) {
                    RoadmapEvent.Durable event = EventCodec.decode(lines[i].getBytes(StandardCharsets.UTF_8));
                    seen.add(event.getClass());
                    state.replay(event);
                } else {
                    outline.append(lines[i]).append('\n');
                }
            }
            assertThat(RoadmapText.outline(state)).as(lines[0]).isEqualTo(outline.toString());
        }
        assertThat(seen).as("kinds of facts in the fixture").hasSize(18);
    }

    private static List<String> load(String name) throws IOException {
        try (var in = FrozenLogTest.class.getResourceAsStream(name)) {
            List<String> logs = new ArrayList<>();
            for (String part : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^== ")) {
                if (!part.isBlank()) {
                    logs.add(part);
                }
            }
            return logs;
        }
    }
}
