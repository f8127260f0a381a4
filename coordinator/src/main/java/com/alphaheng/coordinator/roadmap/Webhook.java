package com.alphaheng.coordinator.roadmap;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Somebody who is told of events by HTTP, and what is still to be told. The outbox follows from the facts, so that a
/// coordinator that takes over goes on where the last one stopped. Changed by [RoadmapState#replay] only.
public final class Webhook {
    /// A receiver that is away for longer than this many events loses the oldest; it sees the gap in the sequence.
    static final int KEPT = 10_000;
    static final int DELIVERIES_KEPT = 200;

    private final RoadmapEvent.WebhookAdded definition;
    private final Deque<Notification> pending = new ArrayDeque<>();
    private final Deque<RoadmapEvent.WebhookAnswered> deliveries = new ArrayDeque<>();
    private long sequence;

    Webhook(RoadmapEvent.WebhookAdded definition) {
        this.definition = definition;
    }

    Webhook(RoadmapImage.OfWebhook image) {
        this(image.definition());
        sequence = image.sequence();
        pending.addAll(image.pending());
        deliveries.addAll(image.deliveries());
    }

    RoadmapImage.OfWebhook image() {
        return new RoadmapImage.OfWebhook(definition, sequence, List.copyOf(pending), List.copyOf(deliveries));
    }

    boolean wants(String campaign, String type) {
        return definition.campaign().map(campaign::equals).orElse(true)
                && (definition.events().isEmpty() || definition.events().contains(type));
    }

    void tell(Notification notification) {
        sequence++;
        pending.addLast(new Notification(sequence, notification.type(), notification.campaign(), notification.task(),
                notification.status(), notification.detail(), notification.at()));
        if (pending.size() > KEPT) {
            pending.removeFirst();
        }
    }

    void answered(RoadmapEvent.WebhookAnswered answer) {
        while (!pending.isEmpty() && pending.peekFirst().sequence() <= answer.sequence()) {
            pending.removeFirst();
        }
        deliveries.addLast(answer);
        if (deliveries.size() > DELIVERIES_KEPT) {
            deliveries.removeFirst();
        }
    }

    public String name() {
        return definition.webhook();
    }

    /// What the secret of the webhook of this name is sealed for.
    public static String purpose(String webhook) {
        return "webhook " + webhook;
    }

    public String url() {
        return definition.url();
    }

    /// Key of the signature over each body, as the log has it: sealed for [#purpose], or in clear if the log is older.
    public String secret() {
        return definition.secret();
    }

    /// The only campaign it is told of; empty means all.
    public Optional<String> campaign() {
        return definition.campaign();
    }

    /// The types it is told of; empty means all.
    public List<String> events() {
        return definition.events();
    }

    /// What is still to be told, oldest first.
    public Collection<Notification> pending() {
        return Collections.unmodifiableCollection(pending);
    }

    /// How the latest deliveries ended, oldest first.
    public Collection<RoadmapEvent.WebhookAnswered> deliveries() {
        return Collections.unmodifiableCollection(deliveries);
    }
}
