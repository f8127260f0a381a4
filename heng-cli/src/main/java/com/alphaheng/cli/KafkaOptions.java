package com.alphaheng.cli;

import com.alphaheng.cli.up.KafkaPlace;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Which Kafka a command means that works on the log itself.
public final class KafkaOptions {
    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "A Kafka that runs.")
    private String broker;

    @Option(names = "--data", paramLabel = "DIR", description = "The folder of a pipeline on this machine, running or "
            + "not (default: .heng/data).")
    private Path data;

    KafkaPlace open(boolean create) {
        return broker != null ? KafkaPlace.running(broker)
                : KafkaPlace.of(data == null ? Surroundings.root().resolve(".heng/data") : data, create);
    }
}
