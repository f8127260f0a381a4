package com.alphaheng.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// How a broker runs.
///
/// @param folder           holds everything the broker keeps; created if absent, reused if it is there
/// @param host             address to listen on
/// @param advertisedHost   name under which clients reach it; the same as `host` on one machine
/// @param port             port for clients, 0 for any free one
/// @param clusterId        the id the folder must have, or gets when new; empty accepts what is there
/// @param minimumFreeBytes free disk space below which the broker does not start
/// @param kafka            further settings of Kafka itself, such as TLS and SASL, over those made here
public record BrokerSettings(Path folder, String host, String advertisedHost, int port, Optional<String> clusterId,
                             long minimumFreeBytes, Map<String, String> kafka) {
    public static final String LOOPBACK = "127.0.0.1";
    public static final long DEFAULT_MINIMUM_FREE_BYTES = 64L << 20;

    public BrokerSettings {
        folder = folder.toAbsolutePath().normalize();
        Objects.requireNonNull(host);
        Objects.requireNonNull(advertisedHost);
        kafka = Map.copyOf(kafka);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 (any free one) to 65535, got " + port);
        }
    }

    /// A broker for this machine only, on a free port.
    public static BrokerSettings local(Path folder) {
        return new BrokerSettings(folder, LOOPBACK, LOOPBACK, 0, Optional.empty(), DEFAULT_MINIMUM_FREE_BYTES,
                Map.of());
    }

    public BrokerSettings withPort(int newPort) {
        return new BrokerSettings(folder, host, advertisedHost, newPort, clusterId, minimumFreeBytes,
                kafka);
    }

    public BrokerSettings withHost(String newHost, String newAdvertisedHost) {
        return new BrokerSettings(folder, newHost, newAdvertisedHost, port, clusterId, minimumFreeBytes,
                kafka);
    }

    public BrokerSettings withClusterId(String id) {
        return new BrokerSettings(folder, host, advertisedHost, port, Optional.of(id), minimumFreeBytes,
                kafka);
    }

    public BrokerSettings withMinimumFreeBytes(long bytes) {
        return new BrokerSettings(folder, host, advertisedHost, port, clusterId, bytes, kafka);
    }

    public BrokerSettings withKafka(Map<String, String> further) {
        return new BrokerSettings(folder, host, advertisedHost, port, clusterId, minimumFreeBytes, further);
    }
}
