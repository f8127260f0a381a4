package com.alphaheng.coordinator.roadmap;

/// JSON of a snapshot's images. One of another version is no loss: the log is read instead.
public final class SnapshotCodec {
    /// To be raised with every change of [RoadmapImage] or of what the roadmap makes of it.
    public static final int VERSION = 2;

    private static final SealedCodec<RoadmapImage> CODEC = new SealedCodec<>(RoadmapImage.class, VERSION, "snapshot",
            "it is left aside");

    private SnapshotCodec() {
    }

    public static byte[] encode(RoadmapImage image) {
        return CODEC.encode(image);
    }

    /// @throws UnreadableEventException if the bytes are no image of this version
    public static RoadmapImage decode(byte[] json) {
        return CODEC.decode(json);
    }
}
