package com.alphaheng.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.broker.fixture.BrokerFixture;
import com.alphaheng.cli.CliException;
import com.alphaheng.cli.ExitCode;
import com.alphaheng.cli.Heng;
import com.alphaheng.cli.audit.EventLogReader;
import com.alphaheng.protocol.Topics;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Backups over a real broker. That a whole pipeline goes on from one is part of `WholePipelineTest`.
@Tag("slow")
class BackupTest {
    @TempDir
    private Path folder;

    @Test
    void aBackupIsCheckedWholeAndNeverOverwritesByAccident() throws Exception {
        try (BrokerFixture broker = BrokerFixture.start()) {
            String kafka = "--broker=" + broker.bootstrapServers();
            String file = folder.resolve("all.zip").toString();
            fill(broker.bootstrapServers());
            List<JsonNode> before = log(broker.bootstrapServers());
            assertThat(before).hasSize(40);

            assertThat(Heng.run("backup", file, kafka)).isZero();
            assertThat(Heng.run("backup", file, kafka)).as("it is there already").isEqualTo(ExitCode.USAGE);
            assertThat(Heng.run("backup", file, kafka, "--force")).isZero();
            try (BackupFile backup = BackupFile.open(Path.of(file))) {
                assertThat(backup.manifest().campaigns()).containsExactly("c0", "ü1");
                assertThat(backup.manifest().facts()).isEqualTo(40);
                assertThat(backup.manifest().outputs()).isEqualTo(2);
            }
            assertThat(Heng.run("restore", file, kafka)).as("there is a log").isEqualTo(ExitCode.FAILED);
            assertThat(log(broker.bootstrapServers())).isEqualTo(before);
            assertThat(Heng.run("restore", file, kafka, "--replace")).isZero();
            assertThat(log(broker.bootstrapServers())).isEqualTo(before);

            damage(Path.of(file));
            assertThatThrownBy(() -> BackupFile.open(Path.of(file))).isInstanceOf(CliException.class)
                    .hasMessageContaining("is no whole backup").hasMessageContaining("Nothing was changed");
            assertThat(Heng.run("restore", file, kafka, "--replace")).isEqualTo(ExitCode.FAILED);
            assertThat(log(broker.bootstrapServers())).isEqualTo(before);
        }
    }

    @Test
    void aDamagedLogIsMendedByABackupOfWhatIsBeforeTheDamage() throws Exception {
        try (BrokerFixture broker = BrokerFixture.start()) {
            String kafka = "--broker=" + broker.bootstrapServers();
            String file = folder.resolve("good.zip").toString();
            fill(broker.bootstrapServers());
            send(broker.bootstrapServers(), Topics.ROADMAP, "x", "{\"no\": end");
            assertThatThrownBy(() -> new Backup(Map.of("bootstrap.servers", broker.bootstrapServers()),
                    Optional.empty(), true).write(folder.resolve("no.zip"))).isInstanceOf(CliException.class)
                    .hasMessageContaining("record 41 of heng.roadmap-0 is unreadable")
                    .hasMessageContaining("./heng backup --until 41 FILE");
            assertThat(folder.resolve("no.zip")).doesNotExist();
            assertThat(Heng.run("backup", file, kafka, "--until=41", "--without-output")).isZero();
            assertThat(Heng.run("restore", file, kafka, "--replace")).isZero();
            assertThat(log(broker.bootstrapServers())).hasSize(40);
        }
    }

    /// Facts of two campaigns, a record without a fact, and some output.
    private static void fill(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(Topics.SHAPES.stream().map(shape -> new NewTopic(shape.name(),
                    Optional.of(shape.partitions()), Optional.empty())).toList()).all().get();
        }
        try (var producer = producer(bootstrap)) {
            for (int number = 0; number < 40; number++) {
                String what = number < 2 ? "\"CampaignOpened\",\"campaign\":\"" + (number == 0 ? "c0" : "ü1") + "\""
                        : "\"Other\",\"n\":" + number;
                producer.send(new ProducerRecord<>(Topics.ROADMAP, "c", "{\"v\":1,\"type\":" + what
                        + ",\"at\":\"2026-01-01T00:00:0" + number % 10 + "Z\"}"));
            }
        }
        send(bootstrap, Topics.ROADMAP, "checkpoint", null);
        send(bootstrap, Topics.LOGS, "c/a", "{\"text\":\"one\\n\"}");
        send(bootstrap, Topics.LOGS, "c/b", "{\"text\":\"\u2028two\"}");
    }

    private static void send(String bootstrap, String topic, String key, String value) throws Exception {
        try (var producer = producer(bootstrap)) {
            producer.send(new ProducerRecord<>(topic, key, value)).get();
        }
    }

    private static KafkaProducer<String, String> producer(String bootstrap) {
        return new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap), new StringSerializer(),
                new StringSerializer());
    }

    private static List<JsonNode> log(String bootstrap) {
        List<JsonNode> facts = new ArrayList<>();
        EventLogReader.read(bootstrap, facts::add);
        return facts;
    }

    /// Exchanges a byte somewhere in the first entry.
    private static void damage(Path file) throws Exception {
        assertThat(Files.size(file)).isGreaterThan(200);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(150);
            int old = bytes.read();
            bytes.seek(150);
            bytes.write(old ^ 0x20);
        }
    }
}
