package com.alphaheng.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The campaign's reports.
@Command(name = "report", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Write the campaign's reports, generated from the event log.")
final class ReportCommand implements Callable<Integer> {
    @Option(names = {"-o", "--output"}, paramLabel = "DIR", defaultValue = "reports",
            description = "Folder to write to (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        List<Path> written = Reports.write(connection.coordinator(), connection.campaign(), folder);
        output.lines(written.stream().map(file -> "wrote " + file).toList());
        return ExitCode.OK;
    }
}
