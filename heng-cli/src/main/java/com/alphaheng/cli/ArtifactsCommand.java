package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The files a task's attempts left.
@Command(name = "artifacts", mixinStandardHelpOptions = true, sortOptions = false,
        description = "List the files that a task's attempts left, or fetch them.")
final class ArtifactsCommand extends TaskCommand {
    @Option(names = "--epoch", paramLabel = "N", description = "Only of this attempt.")
    private Integer epoch;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", description = "Fetch them into DIR/EPOCH/PATH.")
    private Path folder;

    @Override
    public Integer call() {
        ArrayNode wanted = JsonNodeFactory.instance.arrayNode();
        coordinator().get(taskPath() + "/artifacts").forEach(one -> {
            if (epoch == null || one.path("epoch").asInt() == epoch) {
                wanted.add(one);
            }
        });
        if (folder != null) {
            wanted.forEach(this::fetch);
        }
        output().table(wanted, "no " + (epoch == null ? "attempt" : "attempt " + epoch) + " of " + task()
                + " left files: what to keep are the globs under 'artifacts' in its task file",
                new Table("ATTEMPT", "BYTES", "SHA256", "FILE"), one -> new Object[] {one.path("epoch").asInt(),
                    one.path("bytes").asLong(), Table.cut(one.path("sha256").asText(), 12), one.path("path").asText()
                    + (one.path("available").asBoolean() ? "" : " (not here yet)")});
        return ExitCode.OK;
    }

    private void fetch(JsonNode one) {
        String path = one.path("path").asText();
        Path file = folder.resolve(one.path("epoch").asText()).resolve(path).normalize();
        if (!file.startsWith(folder.normalize())) {
            throw CliException.failed("the path " + path + " leads out of " + folder + ": not fetched");
        }
        if (one.path("available").asBoolean()) {
            coordinator().fetch("/api/artifacts/" + one.path("sha256").asText(), file);
        }
    }
}
