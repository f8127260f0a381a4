package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What may be changed around the campaigns: limits, tokens, enrolments, webhooks.
final class AdministrationRules {
    Decision administer(RoadmapState state, RoadmapCommand.Administer command, Instant at) {
        Administration present = state.administration();
        return switch (command) {
            case RoadmapCommand.SetLimit set -> decided(new RoadmapEvent.LimitSet(set.scope(), set.name(), set.most(),
                    set.actor(), at), set.name());
            case RoadmapCommand.IssueToken issue -> issue(present, issue, at);
            case RoadmapCommand.RevokeToken revoke -> revoke(present, revoke, at);
            case RoadmapCommand.OfferEnrolment offer -> decided(new RoadmapEvent.EnrolmentOffered(offer.hash(),
                    offer.worker(), offer.expires(), offer.actor(), at), offer.worker().orElse("any worker"));
            case RoadmapCommand.EnrolWorker enrol -> enrol(present, enrol, at);
            case RoadmapCommand.AddWebhook add -> add(present, add, at);
            case RoadmapCommand.RemoveWebhook remove -> present.webhook(remove.webhook()).isEmpty()
                    ? unknown("webhook", remove.webhook(), present.webhooks().stream().map(Webhook::name).toList())
                    : decided(new RoadmapEvent.WebhookRemoved(remove.webhook(), remove.actor(), at), remove.webhook());
            case RoadmapCommand.AnswerWebhook answer -> present.webhook(answer.webhook()).isEmpty() ? Decision.NOTHING
                    : decided(new RoadmapEvent.WebhookAnswered(answer.webhook(), answer.sequence(), answer.event(),
                    answer.delivered(), answer.tries(), answer.answer(), at), answer.webhook());
        };
    }

    private static Decision issue(Administration present, RoadmapCommand.IssueToken issue, Instant at) {
        if (present.token(issue.token()).filter(token -> token.worksAt(at)).isPresent()) {
            return refused(Reply.Rule.CONFLICT, "there is a token '" + issue.token() + "' already",
                    "choose another name, or revoke that one first");
        }
        boolean first = present.tokens().stream().noneMatch(token -> token.role() == Role.ADMIN && token.worksAt(at));
        if (first && !issue.adminElsewhere() && (issue.role() != Role.ADMIN || issue.expires().isPresent())) {
            return refused(Reply.Rule.CONFLICT, "the first token must be an admin's that does not expire: with the "
                    + "first one this coordinator begins to ask everybody for a token",
                    "create a token of role admin first, and keep it");
        }
        return decided(new RoadmapEvent.TokenIssued(issue.token(), issue.role(), issue.hash(), issue.expires(),
                issue.actor(), at), issue.token());
    }

    private static Decision revoke(Administration present, RoadmapCommand.RevokeToken revoke, Instant at) {
        Optional<AccessToken> token = present.token(revoke.token());
        if (token.isEmpty()) {
            return unknown("token", revoke.token(), present.tokens().stream().map(AccessToken::name).toList());
        }
        boolean lastAdmin = token.get().role() == Role.ADMIN && present.tokens().stream().noneMatch(other ->
                other.role() == Role.ADMIN && other.expires().isEmpty() && !other.name().equals(revoke.token()));
        if (lastAdmin && !revoke.adminElsewhere() && present.tokens().size() > 1) {
            return refused(Reply.Rule.CONFLICT, "'" + revoke.token() + "' is the last admin's token",
                    "create another admin token first, or revoke the others before it");
        }
        return decided(new RoadmapEvent.TokenRevoked(revoke.token(), revoke.actor(), at), revoke.token());
    }

    private static Decision enrol(Administration present, RoadmapCommand.EnrolWorker enrol, Instant at) {
        Optional<RoadmapEvent.EnrolmentOffered> offer = present.offer(enrol.offer())
                .filter(known -> at.isBefore(known.expires()));
        if (offer.isEmpty()) {
            return refused(Reply.Rule.FORBIDDEN, "this enrolment token is unknown, used or expired",
                    "ask an admin for another: ./heng token enrol");
        }
        if (offer.get().worker().filter(name -> !name.equals(enrol.worker())).isPresent()) {
            return refused(Reply.Rule.FORBIDDEN, "this enrolment token is for the worker '"
                    + offer.get().worker().get() + "', not for '" + enrol.worker() + "'",
                    "start the worker with that id, or ask for another token");
        }
        return decided(new RoadmapEvent.WorkerEnrolled(enrol.offer(), enrol.worker(), enrol.hash(),
                offer.get().actor(), at), enrol.worker());
    }

    private static Decision add(Administration present, RoadmapCommand.AddWebhook add, Instant at) {
        if (present.webhook(add.webhook()).isPresent()) {
            return refused(Reply.Rule.CONFLICT, "there is a webhook '" + add.webhook() + "' already",
                    "choose another name, or remove that one first");
        }
        return decided(new RoadmapEvent.WebhookAdded(add.webhook(), add.url(), add.secret(), add.campaign(),
                add.events(), add.actor(), at), add.webhook());
    }

    private static Decision decided(RoadmapEvent event, String name) {
        return new Decision(List.of(event), List.of(), new Reply.Done(List.of(name)));
    }

    private static Decision unknown(String what, String name, List<String> known) {
        return refused(Reply.Rule.UNKNOWN, "there is no " + what + " '" + name + "'", known.isEmpty()
                ? "there is none yet" : "there are: " + String.join(", ", known));
    }

    private static Decision refused(Reply.Rule rule, String message, String remedy) {
        return Decision.reply(new Reply.Refused(rule, message, remedy));
    }
}
