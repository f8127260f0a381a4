package com.alphaheng.worker.disk;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.worker.job.agent.SpendLog;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// One line of JSON per entry, appended and forced to the disk. A line that a crash cut off is left out.
public final class SpendFile implements SpendLog {
    private static final ObjectMapper MAPPER = ProtocolCodec.jsonMapper();

    private final Path file;

    public SpendFile(Path file) {
        this.file = file;
    }

    @Override
    public synchronized void append(Entry entry) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            // The line end comes first: what a crash cut off must not spoil the next line.
            String text = "\n" + MAPPER.writeValueAsString(entry);
            ByteBuffer line = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                if (!line.isBlank()) {
                    read(line, entries);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    private static void read(String line, List<Entry> entries) {
        try {
            entries.add(MAPPER.readValue(line, Entry.class));
        } catch (JsonProcessingException e) {
            // Cut off by a crash before the call it stands for could begin.
            return;
        }
    }
}
