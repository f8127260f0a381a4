package com.alphaheng.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The campaign's reports.
@Command(name = "report", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Write the campaign's reports, generated from the event log.")
final class ReportCommand extends CampaignCommand {
    @Option(names = {"-o", "--output"}, paramLabel = "DIR", defaultValue = "reports",
            description = "Folder to write to (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Override
    public Integer call() {
        List<Path> written = Reports.write(coordinator(), campaign(), folder);
        ArrayNode files = JsonNodeFactory.instance.arrayNode();
        written.forEach(file -> files.add(file.toString()));
        output().answer(files, written.stream().map(file -> "wrote " + file).toList());
        return ExitCode.OK;
    }
}
