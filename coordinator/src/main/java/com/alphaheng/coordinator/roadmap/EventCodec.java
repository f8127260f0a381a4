package com.alphaheng.coordinator.roadmap;

/// JSON of the log's facts.
///
/// Refuses versions, types and fields that it does not know: a coordinator that misread its own log would decide
/// wrongly from then on, so it stops instead and says which program can read the log.
public final class EventCodec {
    public static final int VERSION = 1;

    private static final SealedCodec<RoadmapEvent.Durable> CODEC = new SealedCodec<>(RoadmapEvent.Durable.class,
            VERSION, "fact", "start the AlphaHENG release that wrote it");

    private EventCodec() {
    }

    public static byte[] encode(RoadmapEvent.Durable event) {
        return CODEC.encode(event);
    }

    /// @throws UnreadableEventException if the bytes are no fact of this version
    public static RoadmapEvent.Durable decode(byte[] json) {
        return CODEC.decode(json);
    }
}
