package com.alphaheng.coordinator.kafka;

import java.util.HashMap;
import java.util.Map;

/// How to reach Kafka.
///
/// @param bootstrapServers host:port, several separated by commas
/// @param extra            any further client settings, such as `security.protocol` and `sasl.jaas.config`
public record KafkaConnection(String bootstrapServers, Map<String, String> extra) {
    public KafkaConnection {
        extra = Map.copyOf(extra);
    }

    /// Client settings with these additions.
    Map<String, Object> with(Map<String, Object> additions) {
        Map<String, Object> all = new HashMap<>(extra);
        all.put("bootstrap.servers", bootstrapServers);
        all.putAll(additions);
        return all;
    }
}
