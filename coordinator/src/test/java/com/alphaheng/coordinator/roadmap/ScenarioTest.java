package com.alphaheng.coordinator.roadmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Runs every scenario of `scenarios.txt`, and checks that each one's log rebuilds the same view.
class ScenarioTest {
    @TestFactory
    Stream<DynamicTest> scenarios() throws IOException {
        return load().entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
            Scenario scenario = new Scenario().run(entry.getValue());
            RoadmapState replayed = new RoadmapState();
            scenario.log.forEach(replayed::replay);
            assertThat(RoadmapText.of(replayed)).isEqualTo(RoadmapText.of(scenario.state));
        }));
    }

    @Test
    void theScenariosVisitEveryRowOfTheTransitionTable() throws IOException {
        Set<Transitions.Row> visited = new HashSet<>();
        for (String text : load().values()) {
            visited.addAll(new Scenario().run(text).state.visitedTransitions());
        }
        assertThat(visited).containsExactlyInAnyOrderElementsOf(Transitions.ROWS);
    }

    @Test
    void theScenariosCauseEveryKindOfFact() throws IOException {
        Set<String> seen = new HashSet<>();
        for (String text : load().values()) {
            new Scenario().run(text).log.forEach(event -> seen.add(event.getClass().getSimpleName()));
        }
        List<String> all = new ArrayList<>();
        collect(RoadmapEvent.Durable.class, all);
        assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
    }

    private static void collect(Class<?> sealed, List<String> names) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(permitted, names);
            } else {
                names.add(permitted.getSimpleName());
            }
        }
    }

    private static Map<String, String> load() throws IOException {
        try (var in = ScenarioTest.class.getResourceAsStream("scenarios.txt")) {
            Map<String, String> scenarios = new LinkedHashMap<>();
            for (String part : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^== ")) {
                if (!part.isBlank()) {
                    int end = part.indexOf('\n');
                    assertThat(scenarios.put(part.substring(0, end), part.substring(end))).isNull();
                }
            }
            return scenarios;
        }
    }
}
