package com.alphaheng.cli;

import com.alphaheng.cli.up.KafkaPlace;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import picocli.CommandLine.Option;

/// Which Kafka a command means that works on the log itself.
public final class KafkaOptions {
    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "A Kafka that runs.")
    private String broker;

    @Option(names = "--data", paramLabel = "DIR", description = "The folder of a pipeline on this machine, running or "
            + "not (default: .heng/data).")
    private Path data;

    @Option(names = "--client-config", paramLabel = "FILE", description = "Further Kafka client settings for --broker, "
            + "such as security.protocol=SASL_SSL, as in deploy/kafka/client.properties.example.")
    private Path clientConfig;

    KafkaPlace open(boolean create) {
        return broker != null ? KafkaPlace.running(broker, settings())
                : KafkaPlace.of(data == null ? Surroundings.root().resolve(".heng/data") : data, create);
    }

    private Properties settings() {
        Properties settings = new Properties();
        if (clientConfig != null) {
            try (Reader reader = Files.newBufferedReader(clientConfig)) {
                settings.load(reader);
            } catch (IOException e) {
                throw new CliException(ExitCode.USAGE, "cannot read " + clientConfig + ": " + e.getMessage());
            }
        }
        return settings;
    }
}
