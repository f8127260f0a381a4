package com.alphaheng.engine.quantize;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Writes the files of a [ShardPlan], in any order and from several threads. A file is `NAME.partial` until it is
/// complete and on disk; a complete one with the planned header is kept by a later run.
public final class ShardWriter implements AutoCloseable {

    private final Path directory;
    private final ShardPlan plan;
    private final Map<Integer, FileChannel> open = new HashMap<>();

    public ShardWriter(Path directory, ShardPlan plan) {
        this.directory = directory;
        this.plan = plan;
    }

    /// True when an earlier run completed this file from the same plan.
    boolean complete(int shard) throws IOException {
        ShardPlan.Shard planned = plan.shards().get(shard);
        Path path = directory.resolve(planned.name());
        if (!Files.exists(path) || Files.size(path) != planned.bytes()) {
            return false;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] header = new byte[planned.header().length];
            file.readFully(header);
            return Arrays.equals(header, planned.header());
        }
    }

    /// Prepares for writing these files: what earlier left incomplete goes, and so does the config.json of a complete
    /// folder, which would vouch for a mixture.
    ///
    /// @throws IOException when the disk has no room for them
    void begin(Set<Integer> shards) throws IOException {
        Files.deleteIfExists(directory.resolve("config.json"));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*.safetensors.partial")) {
            for (Path partial : left) {
                Files.delete(partial);
            }
        }
        long needed = 0;
        for (int shard : shards) {
            Path replaced = directory.resolve(plan.shards().get(shard).name());
            needed += plan.shards().get(shard).bytes() - (Files.exists(replaced) ? Files.size(replaced) : 0);
        }
        long free = Files.getFileStore(directory).getUsableSpace();
        if (needed > free) {
            throw new IOException(String.format(Locale.ROOT, "%s: %.1f GB are needed and %.1f GB are free; make room,"
                + " or name a folder on another disk", directory, needed / 1e9, free / 1e9));
        }
    }

    /// Writes all of `bytes` at `offset` of tensor `name`.
    public void write(String name, long offset, ByteBuffer bytes) throws IOException {
        ShardPlan.Place place = plan.place(name);
        FileChannel channel = channel(place.shard());
        long position = place.offset() + offset;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    private synchronized FileChannel channel(int shard) throws IOException {
        FileChannel channel = open.get(shard);
        if (channel == null) {
            ShardPlan.Shard planned = plan.shards().get(shard);
            channel = FileChannel.open(partial(shard), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
            channel.write(ByteBuffer.wrap(planned.header()), 0);
            // The end is padding that nobody writes.
            channel.write(ByteBuffer.wrap(new byte[1]), planned.bytes() - 1);
            open.put(shard, channel);
        }
        return channel;
    }

    private Path partial(int shard) {
        return directory.resolve(plan.shards().get(shard).name() + ".partial");
    }

    /// The file is complete: on disk under its own name.
    public synchronized void finish(int shard) throws IOException {
        FileChannel channel = channel(shard);
        channel.force(true);
        channel.close();
        open.remove(shard);
        Files.move(partial(shard), directory.resolve(plan.shards().get(shard).name()),
            StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public synchronized void close() throws IOException {
        for (FileChannel channel : open.values()) {
            channel.close();
        }
        open.clear();
    }
}
