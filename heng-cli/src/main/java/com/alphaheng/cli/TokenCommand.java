package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tokens: who may do what.
@Command(name = "token", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Create, list and revoke tokens, and let workers enrol. From the first token on, the coordinator "
                + "asks everybody for one: keep the first, which must be an admin's, in HENG_TOKEN.",
        subcommands = {TokenCommand.Create.class, TokenCommand.ListTokens.class, TokenCommand.Revoke.class,
            TokenCommand.Enrol.class})
final class TokenCommand extends CommandGroup {
    /// Makes a token; its secret is printed once.
    @Command(name = "create", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Create a token and print it: it is shown this once.")
    static final class Create extends CoordinatorCommand {
        @Parameters(paramLabel = "NAME", description = "Whose it is; the audit log says so.")
        private String name;

        @Option(names = "--role", paramLabel = "ROLE", required = true,
                description = "viewer (look), submitter (submit and steer), worker, or admin.")
        private String role;

        @Option(names = "--days", paramLabel = "N", description = "Until it expires (default: never).")
        private Integer days;

        @Override
        public Integer call() {
            Map<String, Object> body = new LinkedHashMap<>(Map.of("name", name, "role", role));
            if (days != null) {
                body.put("days", days);
            }
            JsonNode issued = coordinator().post("/api/tokens", body);
            output().answer(issued, List.of(issued.path("token").asText()));
            return ExitCode.OK;
        }
    }

    /// Lists tokens without their secrets.
    @Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false,
            description = "List the tokens, without their secrets.")
    static final class ListTokens extends CoordinatorCommand {
        @Override
        public Integer call() {
            output().table(coordinator().get("/api/tokens"),
                    "there are no tokens: everybody on this machine is an admin, and no other is answered",
                    new Table("NAME", "ROLE", "BY", "EXPIRES"),
                    token -> new Object[] {token.path("name").asText(), token.path("role").asText(),
                        token.path("issuedBy").asText(), token.path("expires").asText("never")});
            return ExitCode.OK;
        }
    }

    /// Takes a token back.
    @Command(name = "revoke", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Revoke a token: whoever holds it is refused at once.")
    static final class Revoke extends CoordinatorCommand {
        @Parameters(paramLabel = "NAME", description = "The token's name; a worker's is worker/ID.")
        private String name;

        @Override
        public Integer call() {
            output().answer(coordinator().delete("/api/tokens/" + Coordinator.segment(name)
                    .replace("%2F", "/")), List.of(name + " is revoked"));
            return ExitCode.OK;
        }
    }

    /// Lets one worker in.
    @Command(name = "enrol", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Print a one-time token with which a worker gets its own token and its Kafka settings.",
            footer = {"", "On the worker's machine: heng worker --url URL --enrol TOKEN"})
    static final class Enrol extends CoordinatorCommand {
        @Option(names = "--worker", paramLabel = "ID", description = "The only worker that may use it (default: any).")
        private String worker;

        @Option(names = "--hours", paramLabel = "N", description = "How long it can be used (default: 1).")
        private Integer hours;

        @Override
        public Integer call() {
            Map<String, Object> body = new LinkedHashMap<>();
            if (worker != null) {
                body.put("worker", worker);
            }
            if (hours != null) {
                body.put("hours", hours);
            }
            JsonNode offer = coordinator().post("/api/enrolments", body);
            output().answer(offer, List.of(offer.path("token").asText()));
            return ExitCode.OK;
        }
    }
}
