package com.alphaheng.broker;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;

/// Kafka's configuration of the one-node cluster.
final class KafkaProperties {
    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";
    private static final String CLIENT_LISTENER = "CLIENTS";

    private KafkaProperties() {
    }

    static Properties of(BrokerSettings settings, int clientPort, int controllerPort, Path kafkaFolder) {
        String controller = BrokerSettings.LOOPBACK + ":" + controllerPort;
        Properties kafka = new Properties();
        kafka.setProperty("process.roles", "broker,controller");
        kafka.setProperty("node.id", Integer.toString(NODE_ID));
        kafka.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
        kafka.setProperty("controller.listener.names", CONTROLLER_LISTENER);
        kafka.setProperty("inter.broker.listener.name", CLIENT_LISTENER);
        kafka.setProperty("listener.security.protocol.map",
                CONTROLLER_LISTENER + ":PLAINTEXT," + CLIENT_LISTENER + ":PLAINTEXT");
        kafka.setProperty("listeners", CLIENT_LISTENER + "://" + settings.host() + ":" + clientPort + ","
                + CONTROLLER_LISTENER + "://" + controller);
        kafka.setProperty("advertised.listeners",
                CLIENT_LISTENER + "://" + settings.advertisedHost() + ":" + clientPort);
        kafka.setProperty("log.dirs", kafkaFolder.toString());

        // One node: nothing can have a second replica, and few partitions keep the start short.
        kafka.setProperty("default.replication.factor", "1");
        kafka.setProperty("min.insync.replicas", "1");
        kafka.setProperty("offsets.topic.replication.factor", "1");
        kafka.setProperty("offsets.topic.num.partitions", "4");
        kafka.setProperty("transaction.state.log.replication.factor", "1");
        kafka.setProperty("transaction.state.log.min.isr", "1");
        kafka.setProperty("transaction.state.log.num.partitions", "4");
        kafka.setProperty("share.coordinator.state.topic.replication.factor", "1");
        kafka.setProperty("share.coordinator.state.topic.min.isr", "1");
        kafka.setProperty("share.coordinator.state.topic.num.partitions", "4");
        kafka.setProperty("group.initial.rebalance.delay.ms", "0");
        // A misspelt topic is an error, not a new topic with the wrong number of partitions.
        kafka.setProperty("auto.create.topics.enable", "false");
        // A task's log chunk or a submitted file may exceed Kafka's 1 MiB.
        kafka.setProperty("message.max.bytes", Integer.toString(8 << 20));

        // The one broker is also the one controller, so its session ends only by mistake: on a machine that builds and
        // benchmarks at the same time. What a killed one leaves is dealt with by FormerSession.
        kafka.setProperty("broker.session.timeout.ms", "9000");
        kafka.setProperty("broker.heartbeat.interval.ms", "1000");
        kafka.setProperty("metadata.max.idle.interval.ms", "0");

        // Small on memory and threads: it shares a laptop with a build and a benchmark.
        kafka.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20));
        kafka.setProperty("log.index.size.max.bytes", Integer.toString(1 << 20));
        kafka.setProperty("num.network.threads", "2");
        kafka.setProperty("num.io.threads", "4");
        kafka.setProperty("background.threads", "2");
        settings.kafka().forEach(kafka::setProperty);
        return kafka;
    }

    /// The controller's own listener among those of the node.
    static String controllerListener(Properties kafka) {
        return Arrays.stream(kafka.getProperty("listeners").split(","))
                .filter(listener -> listener.startsWith(CONTROLLER_LISTENER + "://")).findFirst().orElseThrow();
    }
}
