package com.alphaheng.coordinator.webhook;

import com.alphaheng.coordinator.roadmap.Notification;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Webhook;
import com.alphaheng.coordinator.runtime.SecretBox;
import com.alphaheng.coordinator.runtime.Shard;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Empties the webhooks' outboxes: each in order, each independent of the others. What was answered is a fact of the
/// log, so nothing is told twice unless a coordinator died between the two; the sequence number shows that.
public final class WebhookCourier implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(WebhookCourier.class.getName());
    private static final Duration LOOK = Duration.ofMillis(250);
    /// Over about two hours; then the receiver has lost this one.
    private static final int MOST_TRIES = 12;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(20);
    private static final long ANSWER_SECONDS = 30;

    private record Letter(String webhook, String url, String secret, Notification notification) {
    }

    private record Try(long sequence, int tries, long notBeforeNanos) {
    }

    private final Shard shard;
    private final WebhookSender sender;
    private final SecretBox secrets;
    private final Duration firstWait;
    private final Map<String, Try> tried = new ConcurrentHashMap<>();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private Thread thread = Thread.ofPlatform().unstarted(() -> { });

    /// @param firstWait before the first repetition; doubles with each further one
    public WebhookCourier(Shard shard, WebhookSender sender, SecretBox secrets, Duration firstWait) {
        this.shard = shard;
        this.sender = sender;
        this.secrets = secrets;
        this.firstWait = firstWait;
    }

    public void start() {
        thread = Thread.ofPlatform().name("webhook-courier").daemon().start(this::run);
    }

    private void run() {
        while (!stopped) {
            try {
                if (shard.active()) {
                    for (Letter letter : shard.query(WebhookCourier::due).get(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                        begin(letter);
                    }
                }
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException | TimeoutException e) {
                LOGGER.log(Level.DEBUG, "no look at the outboxes: " + e.getMessage());
            }
        }
    }

    private static List<Letter> due(RoadmapState state) {
        return state.administration().webhooks().stream().filter(webhook -> !webhook.pending().isEmpty())
                .map(webhook -> new Letter(webhook.name(), webhook.url(), webhook.secret(),
                        webhook.pending().iterator().next())).toList();
    }

    private void begin(Letter letter) {
        Try before = tried.get(letter.webhook());
        boolean again = before != null && before.sequence() == letter.notification().sequence();
        if (again && before.notBeforeNanos() - System.nanoTime() > 0 || !underWay.add(letter.webhook())) {
            return;
        }
        int tries = again ? before.tries() + 1 : 1;
        Thread.ofVirtual().name("webhook-" + letter.webhook()).start(() -> {
            try {
                deliver(letter, tries);
            } finally {
                underWay.remove(letter.webhook());
            }
        });
    }

    private void deliver(Letter letter, int tries) {
        WebhookSender.Answer answer = send(letter);
        if (answer.taken() || tries >= MOST_TRIES) {
            settle(letter, answer, tries);
            return;
        }
        Duration wait = firstWait.multipliedBy(1L << Math.min(tries - 1, 20));
        wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        tried.put(letter.webhook(), new Try(letter.notification().sequence(), tries,
                System.nanoTime() + wait.toNanos()));
    }

    private WebhookSender.Answer send(Letter letter) {
        try {
            return sender.send(letter.url(), secrets.open(Webhook.purpose(letter.webhook()), letter.secret()),
                    letter.webhook(), letter.notification());
        } catch (SecretBox.SecretException e) {
            LOGGER.log(Level.WARNING, e.getMessage());
            return new WebhookSender.Answer(false, e.getMessage());
        }
    }

    private void settle(Letter letter, WebhookSender.Answer answer, int tries) {
        try {
            shard.ask(new RoadmapCommand.AnswerWebhook(letter.webhook(), letter.notification().sequence(),
                    letter.notification().type(), answer.taken(), tries, answer.text()))
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS);
            tried.remove(letter.webhook());
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.WARNING, "webhook " + letter.webhook() + " was told, but that could not be kept: "
                    + e.getMessage() + "; it may be told again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
