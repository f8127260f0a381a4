package com.alphaheng.engine.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// What suits a chip, from the tuning table `tuning.json`: its `default`, and under `chips` what differs from it.
/// Results do not depend on it, only speed does.
///
/// @param values whole numbers of at least 0 by name; every name of the table's default
public record Tuning(Map<String, Integer> values) {
    /// Times that a worker looks at a barrier before it parks.
    public static final String CPU_SPINS = "cpu.spins";
    /// KiB of weights that a worker claims at once while decoding.
    public static final String CPU_CLAIM_KIB = "cpu.claim_kib";
    /// Prompt tokens in one step.
    public static final String CPU_PREFILL_STEP = "cpu.prefill_step";
    /// Worker threads; 0 for one per core.
    public static final String CPU_THREADS = "cpu.threads";

    private static final String RESOURCE = "/tuning.json";

    public Tuning {
        values = Map.copyOf(values);
    }

    /// For this machine's chip.
    public static Tuning here() {
        return of(table(), chip());
    }

    static Tuning of(JsonNode table, String chip) {
        Map<String, Integer> values = new LinkedHashMap<>();
        table.path("default").properties().forEach(entry -> values.put(entry.getKey(), entry.getValue().asInt()));
        Tuning tuning = new Tuning(values);
        for (Map.Entry<String, JsonNode> entry : table.path("chips").path(chip).properties()) {
            tuning = tuning.with(entry.getKey() + "=" + entry.getValue().asText());
        }
        return tuning;
    }

    private static JsonNode table() {
        try (InputStream in = Tuning.class.getResourceAsStream(RESOURCE)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("tuning.json cannot be read (" + e.getMessage() + "): correct it and build "
                + "again", e);
        }
    }

    /// This machine's chip, as the table names it: "AMD EPYC", "Apple M4 Max".
    public static String chip() {
        return ChipName.probe();
    }

    public int get(String name) {
        return values.get(name);
    }

    /// With some values replaced.
    ///
    /// @param assignments `name=value,name=value`; empty changes nothing
    /// @throws IllegalArgumentException for a name that the table does not have, or a value that is no number from 0
    public Tuning with(String assignments) {
        Map<String, Integer> changed = new TreeMap<>(values);
        for (String assignment : assignments.split(",")) {
            if (assignment.isBlank()) {
                continue;
            }
            String[] sides = assignment.strip().split("=", 2);
            if (sides.length < 2 || !values.containsKey(sides[0].strip()) || !sides[1].strip().matches("\\d{1,9}")) {
                throw new IllegalArgumentException("'" + assignment.strip() + "' is no tuning: write NAME=NUMBER with "
                    + "one of " + new TreeMap<>(values).keySet());
            }
            changed.put(sides[0].strip(), Integer.parseInt(sides[1].strip()));
        }
        return new Tuning(changed);
    }

    /// Writes into a table, in the source tree, what differs from its default for a chip.
    ///
    /// @throws IOException if it is not there or cannot be written
    public void write(Path file, String chip) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        var root = (com.fasterxml.jackson.databind.node.ObjectNode) mapper.readTree(file.toFile());
        var entry = mapper.createObjectNode();
        new TreeMap<>(values).forEach((name, value) -> {
            if (root.path("default").path(name).asInt() != value) {
                entry.put(name, value);
            }
        });
        root.withObject("/chips").set(chip, entry);
        Files.writeString(file, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }
}
