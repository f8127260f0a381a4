package com.alphaheng.broker;

import com.alphaheng.broker.BrokerException.Reason;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/// A real Kafka broker in this JVM: KRaft, one node that is broker and controller, one folder that survives restarts.
///
/// It owns its folder while it runs and releases it on [#close]. Killing the process loses nothing that was
/// acknowledged: Kafka recovers its log on the next start. (Kafka leaves flushing to the operating system, so a power
/// cut may; a fleet runs a replicated cluster.)
public final class EmbeddedBroker implements AutoCloseable {
    private static final int START_ATTEMPTS = 3;

    private final BrokerFolder folder;
    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final String clusterId;
    private boolean closed;

    private EmbeddedBroker(BrokerFolder folder, KafkaRaftServer server, String bootstrapServers, String clusterId) {
        this.folder = folder;
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.clusterId = clusterId;
    }

    /// Starts a broker and returns when clients can use it.
    ///
    /// @throws BrokerException if a port, the folder or the disk does not allow it
    public static EmbeddedBroker start(BrokerSettings settings) {
        BrokerFolder folder = BrokerFolder.open(settings);
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return start(settings, folder);
                } catch (BrokerException e) {
                    // A port found free a moment ago may have been taken by somebody else since.
                    boolean another = settings.port() == 0 && attempt < START_ATTEMPTS
                            && e.reason() == Reason.PORT_TAKEN;
                    if (!another) {
                        throw e;
                    }
                }
            }
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static EmbeddedBroker start(BrokerSettings settings, BrokerFolder folder) {
        int clientPort = reservePort(settings.host(), settings.port());
        int controllerPort = reservePort(BrokerSettings.LOOPBACK, 0);
        String clusterId = folder.format(settings, KafkaProperties.NODE_ID);
        Properties properties = KafkaProperties.of(settings, clientPort, controllerPort, folder.kafkaFolder());
        if (folder.wasKilled()) {
            FormerSession.end(properties);
        }
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (Exception e) {
            server.shutdown();
            throw startFailure(settings, clientPort, e);
        }
        String address = settings.advertisedHost() + ":" + clientPort;
        folder.writeOwner(address);
        return new EmbeddedBroker(folder, server, address, clusterId);
    }

    private static BrokerException startFailure(BrokerSettings settings, int port, Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return portTaken(settings.host(), port, e);
            }
        }
        return new BrokerException(Reason.START_FAILED, "Kafka did not start on " + settings.folder() + ": "
                + e.getMessage(), e);
    }

    /// Finds a free port, or makes sure that the wanted one is free, before Kafka starts half of its threads.
    private static int reservePort(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw portTaken(host, port, e);
        }
    }

    private static BrokerException portTaken(String host, int port, Exception cause) {
        return new BrokerException(Reason.PORT_TAKEN, "cannot listen on " + host + ":" + port + " ("
                + cause.getMessage() + "): stop the program that uses the port, or choose another one", cause);
    }

    /// What clients put into `bootstrap.servers`: host and port.
    public String bootstrapServers() {
        return bootstrapServers;
    }

    public String clusterId() {
        return clusterId;
    }

    /// Blocks until the broker has stopped.
    public void awaitShutdown() {
        server.awaitShutdown();
    }

    /// Stops the broker in an orderly way (about half a second) and lets go of the folder. A second call does nothing.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            server.shutdown();
            server.awaitShutdown();
            folder.close();
        }
    }
}
