package com.alphaheng.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// How many attempts may run at once.
@Command(name = "limit", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Limit how many attempts run at once; without arguments, list the limits.",
        footer = {"", "  heng limit campaign roadmap 8     on all workers together",
            "  heng limit backend claude 3       attempts that use this agent backend",
            "  heng limit worker mac-7 0         lets it run dry; 'none' takes a limit away"})
final class LimitCommand extends CoordinatorCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "SCOPE", description = "campaign, backend or worker.")
    private String scope;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Its name.")
    private String name;

    @Parameters(index = "2", arity = "0..1", paramLabel = "N", description = "Attempts at once, or none.")
    private String most;

    @Override
    public Integer call() {
        if (scope == null) {
            output().table(coordinator().get("/api/limits"), "nothing is limited: './heng limit --help' shows how",
                    new Table("SCOPE", "NAME", "MOST", "RUNNING"), limit -> new Object[] {
                        limit.path("scope").asText(), limit.path("name").asText(), limit.path("most").asInt(),
                        limit.path("running").asInt()});
            return ExitCode.OK;
        }
        if (most == null || !most.matches("[0-9]{1,6}|none")) {
            throw new CliException(ExitCode.USAGE, "say what, which and how many: heng limit backend claude 3");
        }
        String path = "/api/limits/" + Coordinator.segment(scope) + "/" + Coordinator.segment(name);
        boolean none = most.equals("none");
        output().answer(none ? coordinator().delete(path)
                : coordinator().put(path, Map.of("most", Integer.valueOf(most))), List.of(scope + " " + name + ": "
                + (none ? "no limit" : "at most " + most + " at once")));
        return ExitCode.OK;
    }
}
