package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Who did what, when.
@Command(name = "audit", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Who did what, when: newest first. Needs role admin.")
final class AuditCommand extends CoordinatorCommand {
    @Option(names = "--actor", paramLabel = "NAME", description = "Only what this one did.")
    private String actor;

    @Option(names = "--action", paramLabel = "WORD",
            description = "submit, cancel, retry, pause, resume, limit, token, enrol or webhook.")
    private String action;

    @Option(names = "--of", paramLabel = "CAMPAIGN", description = "Only what concerns this campaign.")
    private String of;

    @Option(names = "--since", paramLabel = "TIME", description = "Such as 2026-01-31T12:00:00Z.")
    private String since;

    @Option(names = {"-n", "--number"}, paramLabel = "N", defaultValue = "50",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int number;

    @Override
    public Integer call() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("actor", actor);
        filters.put("action", action);
        filters.put("campaign", of);
        filters.put("since", since);
        filters.put("limit", Integer.toString(number));
        JsonNode entries = coordinator().get("/api/audit" + Coordinator.query(filters));
        output().table(entries, "nobody has done anything like that",
                new Table("WHEN", "WHO", "WHAT", "TO", "DETAIL"), entry -> new Object[] {
                    entry.path("at").asText().replaceFirst("\\..*", "Z"), entry.path("actor").asText(),
                    entry.path("action").asText(),
                    (entry.path("campaign").asText("") + " " + entry.path("subject").asText(""))
                            .replace("null", "").strip(), entry.path("detail").asText("")});
        return ExitCode.OK;
    }
}
