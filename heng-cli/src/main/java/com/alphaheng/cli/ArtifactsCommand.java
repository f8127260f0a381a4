package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The files a task's attempts left.
@Command(name = "artifacts", mixinStandardHelpOptions = true, sortOptions = false,
        description = "List the files that a task's attempts left, or fetch them.")
final class ArtifactsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK", description = "The task's name.")
    private String name;

    @Option(names = "--epoch", paramLabel = "N", description = "Only of this attempt.")
    private Integer epoch;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", description = "Fetch them into DIR/EPOCH/PATH.")
    private Path folder;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        Coordinator coordinator = connection.coordinator();
        JsonNode all = coordinator.get(connection.campaignPath() + "/tasks/" + Coordinator.segment(name)
                + "/artifacts");
        if (output.isJson()) {
            output.json(all);
        }
        Table table = new Table("attempt", "bytes", "sha256", "file");
        for (JsonNode one : all) {
            if (epoch != null && one.path("epoch").asInt() != epoch) {
                continue;
            }
            String path = one.path("path").asText();
            boolean available = one.path("available").asBoolean();
            table.row(one.path("epoch").asInt(), one.path("bytes").asLong(), Table.cut(one.path("sha256").asText(), 12),
                    path + (available ? "" : " (not here yet)"));
            if (folder != null && available) {
                Path file = folder.resolve(one.path("epoch").asText()).resolve(path).normalize();
                if (!file.startsWith(folder.normalize())) {
                    throw CliException.failed("the path " + path + " leads out of " + folder + ": not fetched");
                }
                coordinator.fetch("/api/artifacts/" + one.path("sha256").asText(), file);
            }
        }
        if (!output.isJson()) {
            output.lines(table.lines());
        }
        return ExitCode.OK;
    }
}
