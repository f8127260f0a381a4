package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// What a worker got when it enrolled, in a file that only its user can read:
/// `~/.alphaheng/credentials/ID.properties`.
final class Credentials {
    private static final String KAFKA = "kafka";
    private static final String CLIENT = "kafka-client.";

    private final Properties properties;

    private Credentials(Properties properties) {
        this.properties = properties;
    }

    private static Path file(String worker) {
        return Path.of(System.getProperty("user.home"), ".alphaheng", "credentials", worker + ".properties");
    }

    /// Trades the one-time token for credentials, and keeps them.
    static Credentials enrol(Coordinator coordinator, String once, String worker) {
        JsonNode answer = coordinator.post("/api/enrolments/use", Map.of("token", once, "worker", worker));
        Properties properties = new Properties();
        properties.setProperty("coordinator", coordinator.address().toString());
        properties.setProperty("token", answer.path("token").asText());
        properties.setProperty(KAFKA, answer.path("kafka").asText());
        answer.path("kafkaClient").properties().forEach(setting -> properties.setProperty(CLIENT + setting.getKey(),
                setting.getValue().asText()));
        Path file = file(worker);
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, "credentials of the worker " + worker + "; heng worker wrote and reads them");
            }
        } catch (IOException e) {
            throw CliException.unavailable("enrolled, but cannot write " + file + " ("
                    + CliException.reason(e) + "): make the folder "
                    + "writable, ask for another one-time token, and enrol again");
        }
        return new Credentials(properties);
    }

    /// Those of an earlier enrolment.
    static Optional<Credentials> of(String worker) {
        Path file = file(worker);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw CliException.unavailable("cannot read " + file + " ("
                    + CliException.reason(e) + "): give this user the file, or enrol "
                    + "again with --enrol");
        }
        return Optional.of(new Credentials(properties));
    }

    String kafka() {
        return properties.getProperty(KAFKA);
    }

    /// Environment variables for the worker's program. Not its arguments: those every user of the machine can read.
    Map<String, String> environment() {
        return Map.of("HENG_TOKEN", properties.getProperty("token"), "HENG_COORDINATOR",
                properties.getProperty("coordinator"));
    }

    /// The Kafka client's settings, for a configuration file of the worker.
    List<String> kafkaSettings() {
        List<String> lines = new ArrayList<>();
        properties.stringPropertyNames().stream().filter(name -> name.startsWith(CLIENT)).sorted().forEach(name ->
                lines.add("heng.kafka.\"" + name.substring(CLIENT.length()) + "\"="
                        + properties.getProperty(name).replace("\\", "\\\\")));
        return lines;
    }

    /// Writes those settings where the worker's program reads them, readable for its user only.
    Path writeSettings(Path folder) {
        try {
            Path file = folder.resolve("kafka.properties");
            Files.createDirectories(folder);
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.write(file, kafkaSettings());
        } catch (IOException e) {
            throw CliException.unavailable("cannot write the Kafka settings into " + folder + " ("
                    + CliException.reason(e) + ")");
        }
    }
}
