package com.alphaheng.coordinator.roadmap;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.spec.ParsedSubmission;
import com.alphaheng.spec.SourceFile;
import com.alphaheng.spec.TaskFileParser;
import com.alphaheng.spec.TaskSpec;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SharedValuesTest {
    private static final String TASKS = """
            tasks:
              - {name: a, prompt: p, verify_command: make check, touches: [src/*], requires: {labels: {os: macos}},
                 backends: [codex], timeout: 2h, retries: {max: 3}, budget: {usd: 5}, artifacts: [out/*]}
              - {name: b, prompt: p, verify_command: make check, touches: [src/*], requires: {labels: {os: macos}},
                 backends: [codex], timeout: 2h, retries: {max: 3}, budget: {usd: 5}, artifacts: [out/*],
                 dependencies: [a]}
            """;

    private static List<TaskSpec> tasks() {
        var parsed = new TaskFileParser().parse(List.of(SourceFile.of("t.yaml", TASKS)));
        return ((ParsedSubmission.Accepted) parsed).tasks();
    }

    @Test
    void equalPartsBecomeOneAndNothingElseChanges() {
        SharedValues shared = new SharedValues();
        TaskSpec first = tasks().getFirst();
        TaskSpec a = shared.of(first, UnaryOperator.identity());
        TaskSpec b = shared.of(tasks().getLast(), name -> name.equals("a") ? a.name() : name);
        assertThat(a).isEqualTo(first);
        assertThat(b).isEqualTo(tasks().getLast());
        assertThat(b.requires()).isSameAs(a.requires()).isNotSameAs(tasks().getFirst().requires());
        assertThat(b.verifyCommand()).isSameAs(a.verifyCommand());
        assertThat(b.retries()).isSameAs(a.retries());
        assertThat(b.location().file()).isSameAs(a.location().file());
        assertThat(b.dependencies().getFirst()).isSameAs(a.name());
    }

    @Test
    void valuesThatAreAllDifferentPushOutOlderOnes() {
        SharedValues shared = new SharedValues();
        String kept = shared.of(new String("kept"));
        for (int number = 0; number < 10_000; number++) {
            shared.of("value " + number);
            assertThat(shared.of(new String("kept"))).as("asked for all the while").isSameAs(kept);
        }
        String first = new String("value 0");
        assertThat(shared.of(first)).as("long not asked for").isSameAs(first);
    }
}
