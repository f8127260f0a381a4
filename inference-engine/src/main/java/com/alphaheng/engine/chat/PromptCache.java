package com.alphaheng.engine.chat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.graph.Timeline;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// A session's KV cache in a file, so that a long prompt is computed once. Holds for any back end, since all keep the
/// same rows ([CacheLayout]).
///
/// The file, little-endian: `MARLINKV`, int32 version (1), int32 layers (with drafts the MTP one too), int32 format of
/// the rows ([com.alphaheng.engine.backend.CacheFormat] by ordinal), int32 bytes per row, int32 rows, 32 bytes
/// [ModelFingerprint], the ids as int32, then each layer's rows, then the CRC-32C of ids and rows as int64.
public final class PromptCache {

    private static final byte[] MAGIC = "MARLINKV".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = MAGIC.length + 5 * Integer.BYTES + ModelFingerprint.BYTES;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Engine engine;
    private final byte[] fingerprint;

    /// @throws IOException when the model's files cannot be read
    public PromptCache(Engine engine) throws IOException {
        this.engine = engine;
        this.fingerprint = ModelFingerprint.of(engine.directory());
    }

    /// Writes what the session's cache holds. An old file stays until the new one is complete.
    ///
    /// @return the number of tokens written; with none there is no file
    public int save(Session session, Path file) throws IOException {
        int[] ids = session.cachedIds();
        if (ids.length == 0) {
            return 0;
        }
        Timeline timeline = session.timeline();
        int layers = timeline.cacheLayers();
        CacheLayout layout = timeline.cache(0).layout();
        Path target = file.toAbsolutePath();
        Path partial = Files.createTempFile(target.getParent(), target.getFileName().toString(), ".partial");
        CRC32C sum = new CRC32C();
        try (Arena arena = Arena.ofConfined();
             FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.put(MAGIC).putInt(VERSION).putInt(layers).putInt(layout.format().ordinal())
                .putInt(layout.rowBytes()).putInt(ids.length).put(fingerprint).flip();
            write(channel, header);
            MemorySegment list = arena.allocate((long) ids.length * Integer.BYTES);
            MemorySegment.copy(ids, 0, list, INT, 0, ids.length);
            writeSummed(channel, list, sum);
            MemorySegment rows = arena.allocate((long) ids.length * layout.rowBytes());
            for (int layer = 0; layer < layers; layer++) {
                timeline.cache(layer).buffer().read(0, rows);
                writeSummed(channel, rows, sum);
            }
            ByteBuffer end = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(sum.getValue());
            write(channel, end.flip());
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(partial);
            throw e;
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return ids.length;
    }

    private static void writeSummed(FileChannel channel, MemorySegment segment, CRC32C sum) throws IOException {
        sum.update(segment.asByteBuffer());
        write(channel, segment.asByteBuffer());
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Fills the session's cache from a file. A prompt that begins with the same ids is then computed only from where
    /// it differs.
    ///
    /// @return the number of tokens restored
    /// @throws PromptCacheException when the file is damaged, of another model, of another format, or too long
    public int restore(Session session, Path file) throws IOException {
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            int layers = session.timeline().cacheLayers();
            CacheLayout layout = session.timeline().cache(0).layout();
            int rows = check(bytes, layers, layout, file);
            if (rows > session.context()) {
                throw new PromptCacheException(file, "holds " + rows + " tokens, more than the context of "
                    + session.context() + ", which --context N would change");
            }
            int[] ids = new int[rows];
            MemorySegment.copy(bytes, INT, HEADER_BYTES, ids, 0, rows);
            long layerBytes = (long) rows * layout.rowBytes();
            long at = HEADER_BYTES + (long) rows * Integer.BYTES;
            for (int layer = 0; layer < layers; layer++) {
                session.timeline().cache(layer).buffer().write(0, bytes.asSlice(at, layerBytes));
                at += layerBytes;
            }
            try {
                session.restore(ids);
            } catch (IllegalArgumentException e) {
                throw new PromptCacheException(file, e.getMessage());
            }
            return rows;
        }
    }

    /// Checks everything that could make the rows wrong, and returns their number.
    private int check(MemorySegment bytes, int layers, CacheLayout layout, Path file) {
        if (bytes.byteSize() < HEADER_BYTES
            || !bytes.asSlice(0, MAGIC.length).asByteBuffer().equals(ByteBuffer.wrap(MAGIC))) {
            throw new PromptCacheException(file, "is no prompt cache");
        }
        int[] numbers = new int[5];
        MemorySegment.copy(bytes, INT, MAGIC.length, numbers, 0, numbers.length);
        if (numbers[0] != VERSION) {
            throw new PromptCacheException(file, "has format version " + numbers[0] + ", this program has " + VERSION);
        }
        long fingerprintAt = HEADER_BYTES - ModelFingerprint.BYTES;
        if (!bytes.asSlice(fingerprintAt, ModelFingerprint.BYTES).asByteBuffer().equals(ByteBuffer.wrap(fingerprint))
            || numbers[1] < engine.config().layers() || numbers[1] > engine.config().layers() + 1) {
            throw new PromptCacheException(file, "belongs to another model than " + engine.directory());
        }
        if (numbers[1] != layers) {
            throw new PromptCacheException(file, layers > numbers[1]
                ? "was written without drafts, whose layer has rows of its own: leave --mtp out or write it anew"
                : "was written with drafts: use --mtp or write it anew");
        }
        if (numbers[2] != layout.format().ordinal() || numbers[3] != layout.rowBytes()) {
            throw new PromptCacheException(file, "was written with another KV format than " + layout.format()
                + ", which --kv would change");
        }
        long rows = numbers[4];
        long payload = rows * Integer.BYTES + rows * layout.rowBytes() * layers;
        if (rows < 1 || bytes.byteSize() != HEADER_BYTES + payload + Long.BYTES) {
            throw new PromptCacheException(file, "is damaged: " + rows + " tokens need "
                + (HEADER_BYTES + payload + Long.BYTES) + " bytes, it has " + bytes.byteSize());
        }
        CRC32C sum = new CRC32C();
        for (long at = 0; at < payload; at += 1 << 24) {
            sum.update(bytes.asSlice(HEADER_BYTES + at, Math.min(1 << 24, payload - at)).asByteBuffer());
        }
        if (sum.getValue() != bytes.get(LONG, HEADER_BYTES + payload)) {
            throw new PromptCacheException(file, "is damaged: its checksum does not match");
        }
        return (int) rows;
    }
}
