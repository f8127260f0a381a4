package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What surrounds the campaigns: who may do what, who is told, how much may run, and who did what. Read by anyone on
/// the shard; changed by [RoadmapState#replay] only.
public final class Administration {
    private static final String OF_WORKER = "worker/";

    private final Map<String, AccessToken> tokens = new TreeMap<>();
    private final Map<String, RoadmapEvent.EnrolmentOffered> offers = new LinkedHashMap<>();
    private final Map<String, Webhook> webhooks = new TreeMap<>();
    private final Limits limits = new Limits();
    private final AuditTrail audit = new AuditTrail();

    void replay(RoadmapEvent.OfAdministration event) {
        switch (event) {
            case RoadmapEvent.LimitSet set -> {
                limits.set(set.scope(), set.name(), set.most());
                note(set, "limit", set.scope().word() + " " + set.name(),
                        set.most().map(most -> "at most " + most).orElse("no limit"));
            }
            case RoadmapEvent.TokenIssued issued -> {
                tokens.put(issued.token(), new AccessToken(issued.token(), issued.role(), issued.hash(), issued.at(),
                        issued.expires(), issued.actor()));
                note(issued, "token", issued.token(), "issued for role " + issued.role().word());
            }
            case RoadmapEvent.TokenRevoked revoked -> {
                tokens.remove(revoked.token());
                note(revoked, "token", revoked.token(), "revoked");
            }
            case RoadmapEvent.EnrolmentOffered offered -> {
                offers.values().removeIf(old -> !offered.at().isBefore(old.expires()));
                offers.put(offered.hash(), offered);
                note(offered, "enrol", offered.worker().orElse("any worker"), "offered until " + offered.expires());
            }
            case RoadmapEvent.WorkerEnrolled enrolled -> {
                offers.remove(enrolled.offer());
                String name = tokenOf(enrolled.worker());
                tokens.put(name, new AccessToken(name, Role.WORKER, enrolled.hash(), enrolled.at(), Optional.empty(),
                        enrolled.actor()));
                note(enrolled, "enrol", enrolled.worker(), "enrolled");
            }
            case RoadmapEvent.WebhookAdded added -> {
                webhooks.put(added.webhook(), new Webhook(added));
                note(added, "webhook", added.webhook(), "added: " + added.url());
            }
            case RoadmapEvent.WebhookRemoved removed -> {
                webhooks.remove(removed.webhook());
                note(removed, "webhook", removed.webhook(), "removed");
            }
            case RoadmapEvent.WebhookAnswered answered -> webhook(answered.webhook()).ifPresent(webhook ->
                    webhook.answered(answered));
        }
    }

    void resume(RoadmapImage.Whole image) {
        image.tokens().forEach(token -> tokens.put(token.name(), token));
        image.offers().forEach(offer -> offers.put(offer.hash(), offer));
        image.limits().forEach((scope, most) -> most.forEach((name, limit) ->
                limits.set(scope, name, Optional.of(limit))));
        image.audit().forEach(audit::add);
    }

    void add(Webhook webhook) {
        webhooks.put(webhook.name(), webhook);
    }

    List<RoadmapEvent.EnrolmentOffered> offers() {
        return List.copyOf(offers.values());
    }

    private void note(RoadmapEvent.OfAdministration event, String action, String subject, String detail) {
        audit.add(new AuditEntry(event.at(), event.actor(), action, Optional.empty(), subject, detail));
    }

    /// Puts the event into the outbox of every webhook that asked for it.
    void tell(String type, String campaign, Optional<Task> task, String detail, Instant at) {
        for (Webhook webhook : webhooks.values()) {
            if (webhook.wants(campaign, type)) {
                webhook.tell(new Notification(0, type, campaign, task.map(Task::name), task.map(Task::status), detail,
                        at));
            }
        }
    }

    static String tokenOf(String worker) {
        return OF_WORKER + worker;
    }

    public Collection<AccessToken> tokens() {
        return Collections.unmodifiableCollection(tokens.values());
    }

    public Optional<AccessToken> token(String name) {
        return Optional.ofNullable(tokens.get(name));
    }

    /// What this worker got when it enrolled.
    public Optional<AccessToken> tokenOfWorker(String worker) {
        return token(tokenOf(worker));
    }

    /// The worker whose own token has this name; empty if it is another sort of token.
    public static Optional<String> workerOfToken(String name) {
        return name.startsWith(OF_WORKER) ? Optional.of(name.substring(OF_WORKER.length())) : Optional.empty();
    }

    Optional<RoadmapEvent.EnrolmentOffered> offer(String hash) {
        return Optional.ofNullable(offers.get(hash));
    }

    public Collection<Webhook> webhooks() {
        return Collections.unmodifiableCollection(webhooks.values());
    }

    public Optional<Webhook> webhook(String name) {
        return Optional.ofNullable(webhooks.get(name));
    }

    public Limits limits() {
        return limits;
    }

    public AuditTrail audit() {
        return audit;
    }
}
