package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// JSON of the log's facts: `{"v": 1, "type": "TaskAdded", ...fields}`.
///
/// Refuses versions, types and fields that it does not know: a coordinator that misread its own log would decide
/// wrongly
/// from then on, so it stops instead and says which program can read the log.
public final class EventCodec {
    public static final int VERSION = 1;

    private static final Map<String, Class<? extends RoadmapEvent.Durable>> TYPES = types();

    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private EventCodec() {
    }

    public static byte[] encode(RoadmapEvent.Durable event) {
        ObjectNode body = MAPPER.valueToTree(event);
        ObjectNode envelope = MAPPER.createObjectNode();
        envelope.put("v", VERSION).put("type", event.getClass().getSimpleName()).setAll(body);
        try {
            return MAPPER.writeValueAsBytes(envelope);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a fact failed to serialise: " + event.getClass(), e);
        }
    }

    /// @throws UnreadableEventException if the bytes are no fact of this version
    public static RoadmapEvent.Durable decode(byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!(node instanceof ObjectNode object)) {
                throw new UnreadableEventException("not a JSON object");
            }
            int version = object.path("v").asInt(-1);
            if (version != VERSION) {
                throw new UnreadableEventException("version " + object.path("v") + " of the log format; this program "
                        + "reads version " + VERSION + ": start the AlphaHENG release that wrote it");
            }
            String name = object.path("type").asText();
            Class<? extends RoadmapEvent.Durable> type = TYPES.get(name);
            if (type == null) {
                throw new UnreadableEventException("a fact of unknown type '" + name
                        + "': start the AlphaHENG release that wrote it");
            }
            object.remove("v");
            object.remove("type");
            return MAPPER.treeToValue(object, type);
        } catch (IOException e) {
            throw new UnreadableEventException("not a readable fact: " + e.getMessage(), e);
        }
    }

    private static Map<String, Class<? extends RoadmapEvent.Durable>> types() {
        Map<String, Class<? extends RoadmapEvent.Durable>> types = new LinkedHashMap<>();
        collect(RoadmapEvent.Durable.class, types);
        return Map.copyOf(types);
    }

    private static void collect(Class<?> sealed, Map<String, Class<? extends RoadmapEvent.Durable>> types) {
        for (Class<?> permitted : sealed.getPermittedSubclasses()) {
            if (permitted.isSealed()) {
                collect(permitted, types);
            } else {
                types.put(permitted.getSimpleName(), permitted.asSubclass(RoadmapEvent.Durable.class));
            }
        }
    }
}
