package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.LogLines;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.System.Logger.Level;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/// Feeds the attempts' output into [LogLines]. Every coordinator reads the whole topic, from its beginning at each
/// start:
/// the lines are not part of the roadmap, and what was dropped from memory is still in Kafka.
@ApplicationScoped
class OutputChannel {
    private static final System.Logger LOGGER = System.getLogger(OutputChannel.class.getName());

    private final LogLines lines;

    OutputChannel(LogLines lines) {
        this.lines = lines;
    }

    @Incoming("output")
    void accept(ConsumerRecord<String, byte[]> chunk) {
        try {
            lines.accept(ProtocolCodec.decodeLogChunk(chunk.value()));
        } catch (ProtocolException e) {
            LOGGER.log(Level.WARNING, "skipped output {0} of partition {1}: {2}", chunk.offset(), chunk.partition(),
                    e.getMessage());
        }
    }
}
