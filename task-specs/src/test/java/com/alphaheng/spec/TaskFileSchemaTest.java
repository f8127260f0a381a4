package com.alphaheng.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// The published JSON Schema and the parser agree, except on what a schema cannot say: what holds between tasks, and
/// YAML.
final class TaskFileSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema SCHEMA = schema();
    private static final Set<String> BEYOND_A_SCHEMA = Set.of("duplicate-name", "missing-dependency", "self-dependency",
            "dependency-cycle", "duplicate-key", "too-many-aliases", "merge-key");

    private static Schema schema() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(Path.of("schema/task-file.schema.json")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// A bomb has no JSON form that fits into memory, and a value that holds itself has none at all.
    @TestFactory
    Stream<DynamicTest> fixtures() {
        Set<String> notJson = Set.of("billion-laughs.yaml", "recursive-alias.yaml", "recursive-merge.yaml");
        return Fixtures.all().stream().filter(file -> !notJson.contains(file.getFileName().toString()))
                .filter(file -> json(Fixtures.read(file)).isPresent()).map(file ->
                DynamicTest.dynamicTest(file.getFileName().toString(), () -> assertAgreement(Fixtures.read(file))));
    }

    @Test
    void theSchemaTakesValidFilesAndRefusesOthers() {
        assertThat(SCHEMA.validate(json(SourceFile.of("f", "tasks: [{name: a, prompt: p}]")).orElseThrow())).isEmpty();
        assertThat(SCHEMA.validate(json(SourceFile.of("f", "tasks: [{name: a}]")).orElseThrow())).isNotEmpty();
    }

    /// Tasks put together at random from right, wrong and borderline values.
    @Test
    void randomTasks() throws IOException {
        Random random = new Random(20260101);
        int accepted = 0;
        for (int round = 0; round < 1500; round++) {
            String text = JSON.writeValueAsString(Map.of("tasks", List.of(RandomTasks.task(random))));
            accepted += assertAgreement(SourceFile.of("random " + text, text)) ? 1 : 0;
        }
        assertThat(accepted).as("both sides of the line are tried").isBetween(150, 1350);
    }

    private static boolean assertAgreement(SourceFile file) {
        List<Error> errors = SCHEMA.validate(json(file).orElseThrow());
        ParsedSubmission parsed = new TaskFileParser().parse(List.of(file));
        List<String> rules = new ArrayList<>();
        if (parsed instanceof ParsedSubmission.Rejected rejected) {
            rejected.problems().stream().filter(problem -> problem.severity() == Problem.Severity.ERROR)
                    .map(Problem::rule).filter(rule -> !BEYOND_A_SCHEMA.contains(rule)).forEach(rules::add);
        }
        assertThat(errors.isEmpty()).as("%s: schema %s, parser %s", file.name(), errors, rules)
                .isEqualTo(rules.isEmpty());
        return errors.isEmpty();
    }

    /// The file as an editor hands it to a schema; empty if it is no single YAML document with JSON values.
    private static Optional<JsonNode> json(SourceFile file) {
        String text = new String(file.content(), StandardCharsets.UTF_8).replace("\uFEFF", "");
        if (text.contains("\n---\n")) {
            return Optional.empty();
        }
        try {
            Object value = new Load(LoadSettings.builder().setSchema(new CoreSchema()).setAllowDuplicateKeys(true)
                    .setMaxAliasesForCollections(2000).build()).loadFromString(text);
            return Optional.of(JSON.valueToTree(value));
        } catch (YamlEngineException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
