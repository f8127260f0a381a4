package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Who is told of events by HTTP.
@Command(name = "webhook", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Have events sent to an address, signed and repeated until taken. See docs/api.md.",
        subcommands = {WebhookCommand.Add.class, WebhookCommand.ListWebhooks.class, WebhookCommand.Remove.class,
            WebhookCommand.Deliveries.class})
final class WebhookCommand extends CommandGroup {
    /// Adds a receiver.
    @Command(name = "add", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Add a webhook and print the key of its signatures: it is shown this once.")
    static final class Add extends CoordinatorCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "Its name.")
        private String name;

        @Parameters(index = "1", paramLabel = "ADDRESS", description = "http or https.")
        private String address;

        @Option(names = "--event", paramLabel = "TYPE", description = "Only this event, such as task.failed; may be "
                + "given several times (default: all).")
        private List<String> events = new ArrayList<>();

        @Option(names = "--only", paramLabel = "CAMPAIGN", description = "Only this campaign (default: all).")
        private String only;

        @Override
        public Integer call() {
            Map<String, Object> body = new LinkedHashMap<>(Map.of("name", name, "url", address, "events", events));
            if (only != null) {
                body.put("campaign", only);
            }
            JsonNode added = coordinator().post("/api/webhooks", body);
            output().answer(added, List.of(added.path("secret").asText()));
            return ExitCode.OK;
        }
    }

    /// Lists receivers.
    @Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false, description = "List the webhooks.")
    static final class ListWebhooks extends CoordinatorCommand {
        @Override
        public Integer call() {
            output().table(coordinator().get("/api/webhooks"),
                    "there are no webhooks: './heng webhook add NAME ADDRESS' adds one",
                    new Table("NAME", "CAMPAIGN", "WAITING", "ADDRESS"), webhook -> new Object[] {
                        webhook.path("name").asText(), webhook.path("campaign").asText("all"),
                        webhook.path("waiting").asInt(), webhook.path("url").asText()});
            return ExitCode.OK;
        }
    }

    /// Removes a receiver.
    @Command(name = "remove", mixinStandardHelpOptions = true, sortOptions = false,
            description = "Remove a webhook; what still waits is not sent.")
    static final class Remove extends CoordinatorCommand {
        @Parameters(paramLabel = "NAME", description = "Its name.")
        private String name;

        @Override
        public Integer call() {
            output().answer(coordinator().delete("/api/webhooks/" + Coordinator.segment(name)),
                    List.of(name + " is removed"));
            return ExitCode.OK;
        }
    }

    /// Shows what came of the latest notifications.
    @Command(name = "deliveries", mixinStandardHelpOptions = true, sortOptions = false,
            description = "What came of the latest notifications, newest first.")
    static final class Deliveries extends CoordinatorCommand {
        @Parameters(paramLabel = "NAME", description = "The webhook's name.")
        private String name;

        @Override
        public Integer call() {
            output().table(coordinator().get("/api/webhooks/" + Coordinator.segment(name) + "/deliveries"),
                    "nothing was sent to " + name + " yet",
                    new Table("NO", "EVENT", "TAKEN", "TRIES", "ANSWER"), delivery -> new Object[] {
                        delivery.path("sequence").asLong(), delivery.path("event").asText(),
                        delivery.path("delivered").asBoolean() ? "yes" : "no", delivery.path("tries").asInt(),
                        delivery.path("answer").asText()});
            return ExitCode.OK;
        }
    }
}
