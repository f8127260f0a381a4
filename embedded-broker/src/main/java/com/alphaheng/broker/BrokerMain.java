package com.alphaheng.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.apache.kafka.common.utils.Exit;

/// The broker as a process.
///
///     java ... com.alphaheng.broker.BrokerMain FOLDER [PORT [HOST [ADVERTISED_HOST]]]
///
/// Prints `bootstrap HOST:PORT` on standard output once clients can connect, warnings on standard error. SIGTERM stops
/// it in an orderly way. Exit status: 0 stopped, 1 could not start or gave up, 2 wrong arguments.
public final class BrokerMain {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private BrokerMain() {
    }

    @SuppressWarnings("checkstyle:regexp") // The one place of the broker process that may end it.
    public static void main(String[] arguments) throws IOException {
        quietLogging();
        if (arguments.length < 1 || arguments.length > 4) {
            System.err.println("usage: BrokerMain FOLDER [PORT [HOST [ADVERTISED_HOST]]]");
            System.exit(USAGE);
        }
        try {
            BrokerSettings settings = settings(arguments);
            stopWithReason(settings.folder());
            EmbeddedBroker broker = EmbeddedBroker.start(settings);
            Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "stop-broker"));
            System.out.println("bootstrap " + broker.bootstrapServers());
            broker.awaitShutdown();
        } catch (BrokerException | IllegalArgumentException e) {
            System.err.println("broker: " + e.getMessage());
            System.exit(e instanceof BrokerException ? FAILED : USAGE);
        }
    }

    private static BrokerSettings settings(String[] arguments) {
        BrokerSettings settings = BrokerSettings.local(Path.of(arguments[0]));
        if (arguments.length > 1) {
            settings = settings.withPort(Integer.parseInt(arguments[1]));
        }
        if (arguments.length > 2) {
            settings = settings.withHost(arguments[2], arguments[arguments.length - 1]);
        }
        return settings;
    }

    /// Kafka halts its process when its only disk fails; say why, since the usual cause has a remedy.
    private static void stopWithReason(Path folder) {
        Exit.setHaltProcedure((status, message) -> {
            long free = BrokerFolder.freeBytes(folder);
            System.err.println("broker: Kafka gave up" + (message == null ? "" : " (" + message + ")") + "; the disk "
                    + "of " + folder + " has " + (free >> 20) + " MiB free"
                    + (free < BrokerSettings.DEFAULT_MINIMUM_FREE_BYTES ? ": free some space and start again" : ""));
            Runtime.getRuntime().halt(status);
        });
    }

    private static void quietLogging() throws IOException {
        try (InputStream configuration = BrokerMain.class.getResourceAsStream("broker-logging.properties")) {
            LogManager.getLogManager().readConfiguration(configuration);
        }
    }
}
