package com.alphaheng.cli;

import com.alphaheng.broker.BrokerMain;
import com.alphaheng.broker.BrokerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A broker of its own, for workers on several machines.
@Command(name = "broker", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a Kafka broker in the foreground, for a small fleet without a Kafka cluster.")
final class BrokerCommand implements Callable<Integer> {
    @Option(names = "--data", paramLabel = "DIR", description = "Folder for its data (default: .heng/data/broker).")
    private Path data;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "7692", description = "Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--listen", paramLabel = "ADDRESS", defaultValue = BrokerSettings.LOOPBACK,
            description = "Address to listen on (default: ${DEFAULT-VALUE}, this machine only).")
    private String listen;

    @Option(names = "--advertise", paramLabel = "HOST",
            description = "Name under which other machines reach it (default: the address it listens on).")
    private String advertise;

    @Override
    public Integer call() throws IOException {
        Path folder = data == null ? Surroundings.root().resolve(".heng/data/broker") : data;
        BrokerMain.main(new String[] {folder.toString(), Integer.toString(port), listen,
            advertise == null ? listen : advertise});
        return ExitCode.OK;
    }
}
