package com.alphaheng.cli;

import com.alphaheng.cli.backup.BackupFile;
import com.alphaheng.cli.backup.Manifest;
import com.alphaheng.cli.backup.Restore;
import com.alphaheng.cli.up.KafkaPlace;
import com.alphaheng.protocol.ProtocolCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A backup becomes the log.
@Command(name = "restore", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Make a backup the event log of a Kafka without one. Every hash is checked before anything is "
                + "written. Stop the coordinator first.",
        footer = {"", "Tasks that were running at the time of the backup run again: their workers' leases",
            "end. The next './heng up' goes on from there."})
final class RestoreCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "What './heng backup' wrote.")
    private Path file;

    @Option(names = "--replace", description = "Delete what is there: the log, the output of all attempts, and what "
            + "is under way.")
    private boolean replace;

    @Mixin
    private KafkaOptions kafka;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        if (!Files.exists(file)) {
            throw new CliException(ExitCode.USAGE, "there is no file " + file);
        }
        try (BackupFile backup = BackupFile.open(file); KafkaPlace place = kafka.open(true)) {
            new Restore(place.settings(), replace).from(backup);
            Manifest manifest = backup.manifest();
            output.answer(ProtocolCodec.jsonMapper().valueToTree(manifest),
                    List.of("restored " + manifest.inWords()));
        }
        return ExitCode.OK;
    }
}
