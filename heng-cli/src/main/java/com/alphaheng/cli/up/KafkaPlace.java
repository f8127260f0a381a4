package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The Kafka that a command works on: one that runs, or the broker of a data folder, started for as long as it takes.
public final class KafkaPlace implements AutoCloseable {
    private static final long START_TENTHS = 600;

    private final Map<String, Object> settings = new HashMap<>();
    private final Optional<ChildProcess> broker;

    private KafkaPlace(String bootstrap, Optional<ChildProcess> broker) {
        this.settings.put("bootstrap.servers", bootstrap);
        this.broker = broker;
    }

    /// A Kafka that runs.
    ///
    /// @param further client settings, as Kafka names them
    public static KafkaPlace running(String bootstrap, Properties further) {
        KafkaPlace place = new KafkaPlace(bootstrap, Optional.empty());
        further.forEach((name, value) -> place.settings.putIfAbsent(name.toString(), value));
        return place;
    }

    /// The broker of this folder of `heng up`.
    ///
    /// @param create whether the folder may be new
    public static KafkaPlace of(Path folder, boolean create) {
        Path data = folder.resolve("broker");
        if (!create && !Files.exists(data)) {
            throw CliException.failed("there is no pipeline's data in " + folder + ": name its folder with --data, or "
                    + "its Kafka with --broker HOST:PORT");
        }
        Optional<Integer> port = DataFolder.brokerPortOf(folder);
        if (port.isPresent() && Pipeline.answers(Pipeline.LOOPBACK, port.get())) {
            return running(Pipeline.LOOPBACK + ":" + port.get(), new Properties());
        }
        int free = Pipeline.freePort(Pipeline.LOOPBACK);
        ChildProcess broker = new ChildProcess("broker", Programs.broker(data, free, Pipeline.LOOPBACK,
                Pipeline.LOOPBACK), Surroundings.root(), folder.resolve("logs/broker.log"),
                () -> Pipeline.answers(Pipeline.LOOPBACK, free));
        broker.start();
        for (int tenths = 0; !broker.isReady(); tenths++) {
            if (!broker.isAlive() || tenths > START_TENTHS) {
                broker.stop();
                throw CliException.unavailable("the broker of " + folder + " did not start. The end of " + broker.log()
                        + ":" + System.lineSeparator() + broker.lastLines());
            }
            PrivatePipeline.pause(100);
        }
        return new KafkaPlace(Pipeline.LOOPBACK + ":" + free, Optional.of(broker));
    }

    /// What Kafka's clients need to get there.
    public Map<String, Object> settings() {
        return Map.copyOf(settings);
    }

    /// Stops the broker if it was started for this.
    @Override
    public void close() {
        broker.ifPresent(ChildProcess::stop);
    }
}
