package com.alphaheng.coordinator.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.protocol.Topics;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Recovery over a real broker: snapshots that help, snapshots that must not be believed, and logs that are damaged.
@Tag("slow")
class LogReplayTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private static Path folder;
    private static EmbeddedBroker broker;
    private static KafkaConnection connection;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(BrokerSettings.local(folder));
        connection = new KafkaConnection(broker.bootstrapServers(), Map.of());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void forgetEverything() throws Exception {
        List<String> topics = Topics.SHAPES.stream().map(Topics.Shape::name).toList();
        try (Admin admin = Admin.create(connection.with(Map.of()))) {
            admin.deleteTopics(topics.stream().filter(admin.listTopics().names().get()::contains).toList()).all()
                    .get();
            while (admin.listTopics().names().get().stream().anyMatch(topics::contains)) {
                Thread.sleep(50);
            }
        }
    }

    @Test
    void snapshotsBoundTheReplayAndOldOnesGo() {
        KafkaTopics.ensure(connection);
        KafkaSnapshotTaker taker = new KafkaSnapshotTaker(connection, 10);
        append(0, 4);
        assertThat(taker.takeIfNeeded()).as("too few facts").isZero();
        int before = 4;
        for (int facts : List.of(14, 24, 36, 54)) {
            append(before, facts);
            assertThat(taker.takeIfNeeded()).isEqualTo(facts);
            before = facts;
        }
        append(100, 103);
        LogReplay.Result result = new LogReplay(connection).read();
        assertThat(result.known()).isEqualTo(54);
        assertThat(names(result)).hasSize(57).endsWith("c102");
        assertThat(result.reportOffsets()).isEqualTo(Map.of(0, 103L));
        assertThat(new KafkaSnapshots(connection).find()).as("the newest and the one before").hasSize(2);
        assertThat(taker.takeIfNeeded()).as("still few since then").isEqualTo(54);
        append(103, 123);
        assertThat(taker.takeIfNeeded()).as("few beside what there is").isEqualTo(54);
    }

    @Test
    void aSnapshotTakenWhileTheLogGrowsHoldsNothingTwice() throws Exception {
        KafkaTopics.ensure(connection);
        append(0, 10);
        KafkaSnapshotTaker taker = new KafkaSnapshotTaker(connection, 1);
        try (KafkaEventLog log = new KafkaEventLog(connection)) {
            log.open();
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int number = 10; number < 400; number++) {
                    log.append(List.of(new RoadmapEvent.CampaignOpened("c" + number, AT),
                            new RoadmapEvent.CampaignPaused("c" + number, "ann", AT)), List.of(), Map.of());
                }
            });
            while (writer.isAlive()) {
                taker.takeIfNeeded();
                LogReplay.Result result = new LogReplay(connection).read();
                assertThat(result.known()).isPositive();
                long facts = 2L * result.state().campaigns().size() - 10;
                assertThat(result.state().durableEvents()).isEqualTo(facts);
            }
        }
        LogReplay.Result result = new LogReplay(connection).read();
        assertThat(result.state().durableEvents()).isEqualTo(10 + 2 * 390);
    }

    @Test
    void aSnapshotThatIsDamagedCutShortOrOfAnotherLogIsNotBelieved() throws Exception {
        KafkaTopics.ensure(connection);
        append(0, 20);
        LogReplay.Result replayed = new LogReplay(connection).read();
        KafkaSnapshots snapshots = new KafkaSnapshots(connection);
        snapshots.write(new LogReplay.Result(replayed.state(), replayed.nextOffset(), Map.of(), replayed.lastRecord(),
                "another", 0));
        snapshots.write(new LogReplay.Result(replayed.state(), replayed.nextOffset() + 1_000, Map.of(),
                replayed.lastRecord() + 1_000, replayed.lastHash(), 0));
        send(Topics.SNAPSHOTS, "x/0", "half of one".getBytes(UTF_8));
        send(Topics.SNAPSHOTS, "y/0", "not gzip".getBytes(UTF_8));
        send(Topics.SNAPSHOTS, "y/manifest", ("{\"offset\":" + replayed.nextOffset() + ",\"facts\":20,\"lastRecord\":"
                + replayed.lastRecord() + ",\"lastHash\":\"" + replayed.lastHash() + "\",\"parts\":1,\"firstPart\":0,"
                + "\"hash\":\"" + KafkaSnapshots.hash(List.of("not gzip".getBytes(UTF_8))) + "\"}").getBytes(UTF_8));
        send(Topics.SNAPSHOTS, "z/manifest", "{\"parts\":3,\"hash\":\"\"}".getBytes(UTF_8));

        LogReplay.Result again = new LogReplay(connection).read();
        assertThat(again.known()).isZero();
        assertThat(names(again)).hasSize(20);
    }

    @Test
    void whatWasReadBeforeIsNotReadAgainUnlessItIsOfAnotherLog() throws Exception {
        KafkaTopics.ensure(connection);
        append(0, 20);
        LogReplay.Result first = new LogReplay(connection).read();
        append(20, 23);
        LogReplay.Result second = new LogReplay(connection).readOn(Optional.of(first));
        assertThat(second.known()).isEqualTo(20);
        assertThat(names(second)).hasSize(23).endsWith("c22");
        assertThat(second).usingRecursiveComparison().ignoringFields("state", "known")
                .isEqualTo(new LogReplay(connection).read());

        LogReplay.Result again = new LogReplay(connection).readOn(Optional.of(new LogReplay.Result(second.state(),
                second.nextOffset(), Map.of(), second.lastRecord(), "another", 0)));
        assertThat(again.known()).isZero();
        assertThat(names(again)).hasSize(23);
    }

    @Test
    void anUnreadableRecordIsNamedWithItsPlaceAndTheRemedy() throws Exception {
        KafkaTopics.ensure(connection);
        long next = append(0, 5);
        send(Topics.ROADMAP, "who", "{\"v\":1,\"type\":\"Nonsense\"}".getBytes(UTF_8));
        assertThatThrownBy(() -> new LogReplay(connection).read()).isInstanceOf(LogException.Unreadable.class)
                .hasMessageContaining("record " + (next + 1) + " of heng.roadmap-0 (key who, written 20")
                .hasMessageContaining("unknown type 'Nonsense'").hasMessageContaining("The 5 facts before it are whole")
                .hasMessageContaining("./heng backup --until " + (next + 1) + " FILE");
    }

    @Test
    void aTornTailIsLeftOffAndGarbageInTheMiddleIsNamed() throws Exception {
        KafkaTopics.ensure(connection);
        append(0, 50);
        new KafkaSnapshotTaker(connection, 10).takeIfNeeded();
        append(50, 60);
        broker.close();
        Path segment = segment();
        long size = Files.size(segment);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(size - 300); // As after a power cut: the last batches are not whole.
        }
        Files.deleteIfExists(folder.resolve("kafka/.kafka_cleanshutdown"));
        startBroker();
        LogReplay.Result torn = new LogReplay(connection).read();
        assertThat(names(torn)).hasSizeBetween(50, 59);
        broker.close();

        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(file.length() - 350);
            int old = file.read();
            file.seek(file.length() - 350);
            file.write(old ^ 0x55); // The disk lies; Kafka's check sum says so.
        }
        startBroker();
        assertThatThrownBy(() -> new LogReplay(connection).read()).isInstanceOf(LogException.Unreadable.class)
                .hasMessageContaining("of heng.roadmap-0 is unreadable").hasMessageContaining("corrupt")
                .hasMessageContaining("facts before it are whole").hasMessageContaining("./heng backup --until ");
    }

    @Test
    void aLogWithoutItsBeginningNeedsASnapshot() throws Exception {
        KafkaTopics.ensure(connection);
        long next = append(0, 20);
        deleteBefore(next / 2);
        assertThatThrownBy(() -> new LogReplay(connection).read()).isInstanceOf(LogException.Unreadable.class)
                .hasMessageContaining("begins at record " + next / 2).hasMessageContaining("./heng restore");
    }

    @Test
    void aLogWithoutItsBeginningLivesOnASnapshot() throws Exception {
        KafkaTopics.ensure(connection);
        long next = append(0, 20);
        new KafkaSnapshotTaker(connection, 10).takeIfNeeded();
        deleteBefore(next / 2);
        append(20, 23);
        assertThat(names(new LogReplay(connection).read())).hasSize(23);
    }

    @Test
    void aTopicThatKafkaWouldEmptyIsMadeToLast() throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.ROADMAP);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(Topics.ROADMAP, 1, (short) 1)
                    .configs(Map.of("retention.ms", "3600000", "cleanup.policy", "compact")))).all().get();
            KafkaTopics.ensure(connection);
            List<String> wanted = List.of("-1", "-1", "delete");
            List<String> found = List.of();
            // The broker answers from its own view of the metadata, which follows the controller's.
            for (int tries = 0; tries < 100 && !found.equals(wanted); tries++) {
                Thread.sleep(50);
                var settings = admin.describeConfigs(List.of(topic)).all().get().get(topic);
                found = Stream.of("retention.ms", "retention.bytes", "cleanup.policy").map(settings::get)
                        .map(ConfigEntry::value).toList();
            }
            assertThat(found).isEqualTo(wanted);
        }
    }

    /// Appends a fact `CampaignOpened cN` in a transaction each.
    ///
    /// @return the next offset
    private long append(int from, int to) {
        long next = 0;
        try (KafkaEventLog log = new KafkaEventLog(connection)) {
            log.open();
            for (int number = from; number < to; number++) {
                next = log.append(List.of(new RoadmapEvent.CampaignOpened("c" + number, AT)), List.of(),
                        Map.of(0, number + 1L));
            }
        }
        return next;
    }

    private static List<String> names(LogReplay.Result result) {
        List<String> names = new ArrayList<>();
        result.state().campaigns().stream().map(Campaign::name).forEach(names::add);
        return names;
    }

    private void send(String topic, String key, byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(connection.with(Map.of()), new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, key, value)).get();
        }
    }

    private void deleteBefore(long offset) throws Exception {
        try (Admin admin = Admin.create(connection.with(Map.of()))) {
            admin.deleteRecords(Map.of(new TopicPartition(Topics.ROADMAP, 0), RecordsToDelete.beforeOffset(offset)))
                    .all().get();
        }
    }

    private Path segment() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("kafka/" + Topics.ROADMAP + "-0"))) {
            return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
        }
    }
}
