package com.alphaheng.cli;

import com.alphaheng.cli.backup.Backup;
import com.alphaheng.cli.backup.Manifest;
import com.alphaheng.cli.up.KafkaPlace;
import com.alphaheng.protocol.ProtocolCodec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Everything that cannot be made again, as a file.
@Command(name = "backup", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Write the whole event log and the output of all attempts to a file. The coordinator may be "
                + "running or not.",
        footer = {"", "The file is a zip of JSON lines with a SHA-256 for each entry. It holds prompts, output and,",
            "hashed, the tokens of your fleet: keep it like those."})
final class BackupCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file to write.")
    private Path file;

    @Option(names = "--force", description = "Overwrite the file if it is there.")
    private boolean force;

    @Option(names = "--without-output", description = "Leave the output of attempts out.")
    private boolean withoutOutput;

    @Option(names = "--until", paramLabel = "RECORD", description = "Leave this record of the event log and all after "
            + "it out: what a message about an unreadable record asks for.")
    private Long until;

    @Mixin
    private KafkaOptions kafka;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        if (Files.exists(file) && !force) {
            throw new CliException(ExitCode.USAGE, file + " is there already: choose another name, or add --force");
        }
        try (KafkaPlace place = kafka.open(false)) {
            Manifest manifest = new Backup(place.settings(), Optional.ofNullable(until), !withoutOutput)
                    .write(file.toAbsolutePath());
            output.answer(ProtocolCodec.jsonMapper().valueToTree(manifest), List.of(file + ": " + manifest.inWords()));
        }
        return ExitCode.OK;
    }
}
