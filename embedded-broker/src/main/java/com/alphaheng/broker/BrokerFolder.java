package com.alphaheng.broker;

import com.alphaheng.broker.BrokerException.Reason;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.properties.MetaProperties;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/// The broker's folder: owned by one broker at a time, formatted for Kafka once.
///
///     FOLDER/broker.lock   locked while a broker runs; says which one
///     FOLDER/kafka/        Kafka's own files
final class BrokerFolder implements AutoCloseable {
    /// Kafka's mark of an orderly end; it removes it at the next start.
    private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

    private final Path folder;
    private final FileChannel lockFile;

    private BrokerFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /// Creates the folder if need be and takes it for this broker alone.
    static BrokerFolder open(BrokerSettings settings) {
        Path folder = settings.folder();
        try {
            Files.createDirectories(folder.resolve("kafka"));
        } catch (IOException e) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot create the broker's folder " + folder + " (" + e
                    + "): choose a folder you may write to", e);
        }
        requireSpace(folder, settings.minimumFreeBytes());
        return new BrokerFolder(folder, lock(folder));
    }

    private static void requireSpace(Path folder, long minimum) {
        long free = freeBytes(folder);
        if (free < minimum) {
            throw new BrokerException(Reason.DISK_FULL, "the disk of " + folder + " has " + (free >> 20)
                    + " MiB free and the broker needs " + (minimum >> 20) + " MiB: free some space, or choose a folder "
                    + "on another disk");
        }
    }

    static long freeBytes(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot read the free space of " + folder + ": " + e, e);
        }
    }

    private static FileChannel lock(Path folder) {
        Path file = folder.resolve("broker.lock");
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot write to the broker's folder " + folder + " (" + e
                    + "): choose a folder you may write to", e);
        }
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot lock " + file + " (" + e
                    + "): choose a folder on a local disk", e);
        }
        if (lock == null) {
            String owner = readOwner(channel);
            closeQuietly(channel);
            throw new BrokerException(Reason.FOLDER_LOCKED, "another broker" + owner + " runs on the folder " + folder
                    + ": stop it, or choose another folder");
        }
        return channel;
    }

    private static String readOwner(FileChannel channel) {
        try {
            ByteBuffer buffer = ByteBuffer.allocate(256);
            channel.read(buffer, 0);
            String owner = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8).strip();
            return owner.isEmpty() ? "" : " (" + owner + ")";
        } catch (IOException e) {
            return ""; // The owner is a courtesy; the lock itself is what counts.
        }
    }

    /// Notes for others who find the folder locked.
    void writeOwner(String address) {
        try {
            lockFile.truncate(0);
            lockFile.write(ByteBuffer.wrap(("process " + ProcessHandle.current().pid() + " at " + address + "\n")
                    .getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot write to " + folder + ": " + e, e);
        }
    }

    Path kafkaFolder() {
        return folder.resolve("kafka");
    }

    /// Whether a broker ran here that was not stopped in an orderly way.
    boolean wasKilled() {
        return Files.exists(kafkaFolder().resolve("__cluster_metadata-0"))
                && !Files.exists(kafkaFolder().resolve(CLEAN_SHUTDOWN));
    }

    /// Formats a new folder; of an old one, checks that it is this broker's.
    ///
    /// @return the cluster id
    String format(BrokerSettings settings, int nodeId) {
        String directory = kafkaFolder().toString();
        MetaPropertiesEnsemble found;
        try {
            found = new MetaPropertiesEnsemble.Loader()
                    .addLogDirs(List.of(directory)).addMetadataLogDir(directory).load();
        } catch (IOException e) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, "cannot read " + directory + ": " + e, e);
        }
        if (found.errorLogDirs().contains(directory)) {
            throw new BrokerException(Reason.FOLDER_UNUSABLE, directory + "/meta.properties is unreadable: restore the "
                    + "folder from a copy, or choose another folder");
        }
        MetaProperties properties = found.logDirProps().get(directory);
        if (properties != null) {
            return requireOwn(properties, settings, nodeId);
        }
        String clusterId = settings.clusterId().orElseGet(() -> Uuid.randomUuid().toString());
        try (PrintStream silent = new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8)) {
            new Formatter().setPrintStream(silent)
                    .setNodeId(nodeId)
                    .setClusterId(clusterId)
                    .setDirectories(List.of(directory))
                    .setMetadataLogDirectory(directory)
                    .setControllerListenerName(KafkaProperties.CONTROLLER_LISTENER)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setHasDynamicQuorum(false)
                    .run();
        } catch (Exception e) {
            throw new BrokerException(Reason.START_FAILED, "cannot format " + directory + ": " + e.getMessage(), e);
        }
        return clusterId;
    }

    private String requireOwn(MetaProperties properties, BrokerSettings settings, int nodeId) {
        String clusterId = properties.clusterId().orElse("none");
        if (settings.clusterId().isPresent() && !settings.clusterId().get().equals(clusterId)) {
            throw new BrokerException(Reason.CLUSTER_MISMATCH, "the folder " + folder + " belongs to Kafka cluster "
                    + clusterId + ", not to " + settings.clusterId().get() + ": choose the folder of that cluster, or "
                    + "an empty one");
        }
        if (properties.nodeId().orElse(-1) != nodeId) {
            throw new BrokerException(Reason.CLUSTER_MISMATCH, "the folder " + folder + " belongs to another Kafka "
                    + "node (node.id " + properties.nodeId().orElse(-1) + "): choose another folder");
        }
        return clusterId;
    }

    /// Lets go of the folder; the lock file stays, since removing it would race with the next owner.
    @Override
    public void close() {
        closeQuietly(lockFile);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The process is about to lose the lock either way.
            System.getLogger(BrokerFolder.class.getName()).log(System.Logger.Level.DEBUG, "closing the lock", e);
        }
    }
}
