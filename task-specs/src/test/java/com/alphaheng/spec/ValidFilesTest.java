package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What the parser makes of files that are right.
final class ValidFilesTest {
    private final TaskFileParser parser = new TaskFileParser();

    @Test
    void thePlainFormat() {
        List<TaskSpec> tasks = tasks("plain.yaml");
        assertThat(tasks).extracting(TaskSpec::name)
                .containsExactly("profile-decode", "eliminate-eos-sync", "nice-to-have");
        TaskSpec profile = tasks.getFirst();
        assertThat(profile.prompt()).isEqualTo("""
                Profile one decode step: where do the 28.6 ms go?
                Write down: kernel, share, bytes.

                  int x = map.get("a: b");   # not a comment
                  - not: a list
                {{ nor: [a, template] }}
                """);
        assertThat(profile.verifyCommand()).contains("set -e\n./marlin bench --breakdown\n");
        assertThat(profile.kind()).isEqualTo(TaskKind.AGENT);
        assertThat(profile.location()).isEqualTo(new SourceLocation("plain.yaml", 5, 5));
        assertThat(tasks.getLast().dependencies()).containsExactly("eliminate-eos-sync", "profile-decode");
        assertThat(tasks.getLast().priority()).isEqualTo(Priority.P2);
    }

    @Test
    void everyKey() {
        List<TaskSpec> tasks = tasks("every-key.yaml");
        assertThat(tasks.getFirst()).isEqualTo(new TaskSpec("tune gemv (m4-max)", "Search the tile sizes.", Priority.P1,
                List.of(), Optional.of("./marlin parity"), TaskKind.TUNE, Category.FUSION_AND_MEMORY,
                new Requirements(Map.of("chip", "m4-max", "os", "macos"), 32, 64L << 30), List.of("codex", "claude"),
                Duration.ofMinutes(90), new RetryPolicy(3, Duration.ofSeconds(10), Duration.ofMinutes(2), 0.25),
                List.of("inference-engine/src/main/**/Gemv*.java"),
                new Budget(Optional.of(new BigDecimal("2.50")), Optional.of(1_000_000L),
                        Optional.of(Duration.ofMinutes(45))),
                tasks.getFirst().benchmark(), Optional.of(new TuneSpec(List.of(new TuneParameter("cpu.spins",
                List.of("0", "1000", "4000")), new TuneParameter("cpu.claim_kib", List.of("16", "32", "64"))),
                List.of(new TuneConstraint("cpu.claim_kib * 2 <= 100")), TuneSpec.Search.HALVING, 12, 7,
                "./marlin tuning")), List.of("reports/*.json"), new SourceLocation("every-key.yaml", 2, 5)));
        assertThat(new TuneConstraint("cpu.claim_kib * 2 <= 100").holds(Map.of("cpu.claim_kib", "64"))).isFalse();
        assertThat(new TuneConstraint("cpu.claim_kib * 2 <= 100").holds(Map.of("cpu.claim_kib", "32"))).isTrue();
        assertThat(new TuneConstraint("cpu.mode != 3").holds(Map.of("cpu.mode", "fast"))).isFalse();
        assertThat(tasks.get(1).benchmark()).contains(new BenchmarkSpec("./marlin bench",
                Optional.of("./marlin bench --optimizations none"), "decode_tokens_per_second",
                BenchmarkSpec.Better.HIGHER, 0.025, Optional.of("fusion"), false, 12));
        assertThat(tasks.get(1).retries().maxRetries()).isZero();
        assertThat(tasks.get(2).benchmark().orElseThrow().paired()).isTrue();
        assertThat(tasks.get(2).priority()).as("the default").isEqualTo(Priority.P1);
        assertThat(tasks.get(2).timeout()).isEqualTo(TaskSpec.DEFAULT_TIMEOUT);
    }

    @Test
    void aliasesDocumentsAndEncodings() {
        assertThat(tasks("aliases.yaml")).extracting(TaskSpec::prompt).containsExactly("do it", "do it");
        assertThat(tasks("several-documents.yaml")).extracting(TaskSpec::name).containsExactly("a", "b");
        assertThat(tasks("bom-crlf-umlauts.yaml").getFirst()).satisfies(task -> {
            assertThat(task.name()).isEqualTo("größe-messen");
            assertThat(task.prompt()).isEqualTo("über CRLF\n");
        });
    }

    @Test
    void dependenciesAcrossFilesAndOnTheCampaign() {
        SourceFile first = SourceFile.of("first.yaml",
                "tasks: [{name: a, prompt: p, priority: P2, dependencies: [b]}]");
        SourceFile second = SourceFile.of("second.yaml",
                "tasks: [{name: b, prompt: p, priority: P2, dependencies: [c]}]");
        assertThat(parser.parse(List.of(first, second), Set.of("c"))).isInstanceOf(ParsedSubmission.Accepted.class);
        assertThat(parser.parse(List.of(first, second))).isInstanceOfSatisfying(ParsedSubmission.Rejected.class,
                rejected -> assertThat(rejected.problems()).singleElement().satisfies(problem -> {
                    assertThat(problem.file()).isEqualTo("second.yaml");
                    assertThat(problem.rule()).isEqualTo("missing-dependency");
                }));
    }

    @Test
    void allFilesAreReportedAtOnceInTheirOrder() {
        SourceFile good = SourceFile.of("z.yaml", "tasks: [{name: a, prompt: p, priority: P2, dependencies: [b]}]");
        SourceFile broken = SourceFile.of("y.yaml", "tasks: [");
        SourceFile wrong = SourceFile.of("x.yaml", "tasks: [{name: a, prompt: p, priority: P9}]");
        assertThat(parser.parse(List.of(good, broken, wrong))).isInstanceOfSatisfying(ParsedSubmission.Rejected.class,
                rejected -> assertThat(rejected.problems()).extracting(Problem::rule).as("b may be in y.yaml")
                        .containsExactly("yaml-syntax", "duplicate-name", "bad-priority"));
    }

    @Test
    void aWarningForAnUrgentTaskWithoutVerification() {
        assertThat(parser.parse(List.of(SourceFile.of("f.yaml", "tasks: [{name: a, prompt: p, priority: P0}]"))))
                .isInstanceOfSatisfying(ParsedSubmission.Accepted.class, accepted -> assertThat(accepted.warnings())
                        .extracting(Problem::toString).containsExactly("f.yaml:1:9: warning: task 'a' is P0 and has no "
                                + "verify_command [no-verify-command]; add a command that fails when the work is "
                                + "not done"));
    }

    @Test
    void noFiles() {
        assertThat(parser.parse(List.of())).isInstanceOf(ParsedSubmission.Rejected.class);
    }

    private List<TaskSpec> tasks(String fixture) {
        ParsedSubmission result = parser.parse(List.of(Fixtures.read(Fixtures.ROOT.resolve("valid").resolve(fixture))));
        return switch (result) {
            case ParsedSubmission.Accepted accepted -> accepted.tasks();
            case ParsedSubmission.Rejected rejected -> throw new AssertionError(rejected.problems().toString());
        };
    }
}
