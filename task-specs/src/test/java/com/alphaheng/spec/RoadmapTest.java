package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The roadmap: its files, their tasks, and what verifies them.
final class RoadmapTest {
    private static final Map<String, Integer> FILES = Map.of("eliminate_syncs.yaml", 3, "mtp_support.yaml", 7,
            "performance_optimizations.yaml", 9, "roadmap_30tps.yaml", 5, "final_validation.yaml", 5);

    private static List<TaskSpec> roadmap() {
        List<SourceFile> files = FILES.keySet().stream().sorted().map(name -> Fixtures.read(Path.of(name))).toList();
        ParsedSubmission parsed = new TaskFileParser().parse(files);
        return switch (parsed) {
            case ParsedSubmission.Accepted(List<TaskSpec> tasks, List<Problem> warnings) -> {
                assertThat(warnings).isEmpty();
                yield tasks;
            }
            case ParsedSubmission.Rejected(List<Problem> problems) -> throw new AssertionError(problems.toString());
        };
    }

    private static <K> Map<K, Integer> counts(Function<TaskSpec, K> key) {
        return roadmap().stream().collect(Collectors.groupingBy(key, Collectors.summingInt(task -> 1)));
    }

    @Test
    void twentyNineTasksByFileCategoryAndPriority() {
        assertThat(roadmap()).hasSize(29);
        assertThat(counts(task -> task.location().file())).isEqualTo(FILES);
        assertThat(counts(TaskSpec::category)).isEqualTo(Map.of(Category.SYNC_ELIMINATION, 4,
                Category.FUSION_AND_MEMORY, 9, Category.MTP, 7, Category.COORDINATION_AND_VALIDATION, 9));
        assertThat(counts(TaskSpec::priority)).isEqualTo(Map.of(Priority.P0, 8, Priority.P1, 12, Priority.P2, 9));
    }

    @Test
    void everyTaskIsVerifiedByRunningTheEngineOrItsTests() {
        assertThat(roadmap()).allSatisfy(task -> {
            String command = task.verifyCommand().orElse("");
            assertThat(command).as(task.name()).containsPattern("\\./marlin |\\./mvnw ");
            assertThat(command).as(task.name())
                    .doesNotContainPattern("\\bgrep\\b|\\btest -[a-z] |\\[ -[a-z] |\\|\\| true");
            assertThat(task.prompt()).as(task.name()).isNotBlank();
        });
    }

    @Test
    void theLadderIsMeasuredRungByRungAndDependenciesCrossFiles() {
        assertThat(roadmap()).filteredOn(task -> task.kind() == TaskKind.BENCHMARK)
                .extracting(task -> task.benchmark().orElseThrow().stage().orElseThrow())
                .containsExactlyInAnyOrder("baseline", "+syncs", "+fusion", "+kv", "+mtp");
        Map<String, String> fileOf = roadmap().stream()
                .collect(Collectors.toMap(TaskSpec::name, task -> task.location().file()));
        long crossing = roadmap().stream().flatMap(task -> task.dependencies().stream()
                .filter(dependency -> !fileOf.get(dependency).equals(task.location().file()))).count();
        assertThat(crossing).isGreaterThanOrEqualTo(10);
    }

    @Test
    void theExamplesAreValid() throws Exception {
        try (var files = Files.list(Path.of("examples"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".yaml")).toList()).isNotEmpty().allSatisfy(file ->
                    assertThat(new TaskFileParser().parse(List.of(Fixtures.read(file))))
                            .isInstanceOf(ParsedSubmission.Accepted.class));
        }
    }
}
