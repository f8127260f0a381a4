package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import com.alphaheng.protocol.WorkerMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/// Reports not yet delivered, one file each, so that neither an absent broker nor a killed worker loses one.
final class ReportSpool {
    private static final Logger LOG = Logger.getLogger(ReportSpool.class);
    private static final String ENDING = ".json";
    private static final String FRESH = ".new";

    private final Path folder;

    /// @throws IOException if the folder cannot be made
    ReportSpool(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path halfWritten : files.filter(f -> f.toString().endsWith(FRESH)).toList()) {
                Files.delete(halfWritten);
            }
        }
    }

    /// On disk for certain when this returns.
    void save(WorkerMessage.AttemptFinished report) throws IOException {
        Path file = file(report.attempt());
        Path fresh = file.resolveSibling(file.getFileName() + FRESH);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = ByteBuffer.wrap(ProtocolCodec.encode(report));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    void remove(AttemptId attempt) {
        try {
            Files.deleteIfExists(file(attempt));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All of them, oldest first. A file that cannot be read is set aside with a warning, not sent and not deleted.
    List<WorkerMessage.AttemptFinished> all() {
        List<WorkerMessage.AttemptFinished> reports = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(ENDING)).toList()) {
                try {
                    if (ProtocolCodec.decodeWorkerMessage(Files.readAllBytes(file))
                            instanceof WorkerMessage.AttemptFinished report) {
                        reports.add(report);
                    }
                } catch (ProtocolException e) {
                    LOG.warnf("%s holds no readable report and is set aside: %s", file, e.getMessage());
                    Files.move(file, file.resolveSibling(file.getFileName() + ".unreadable"),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reports.sort(Comparator.comparing(report -> report.result().finishedAt()));
        return reports;
    }

    private Path file(AttemptId attempt) {
        return folder.resolve(UUID.nameUUIDFromBytes(attempt.toString().getBytes(StandardCharsets.UTF_8)) + ENDING);
    }
}
