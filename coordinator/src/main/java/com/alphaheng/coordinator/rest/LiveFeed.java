package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.runtime.CommitListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// What has changed, for whoever listens: tasks, campaigns and workers as the lists show them.
///
/// Changes are gathered for a moment and sent once per task, so that a busy roadmap does not drown its watchers. The
/// last
/// messages are kept for listeners that come back; one that was away for longer is told to start over.
@ApplicationScoped
class LiveFeed implements CommitListener {
    /// A message to listeners.
    ///
    /// @param id   place in the log up to which it tells
    /// @param type `task`, `campaign`, `worker` or `reset`
    record Message(long id, String type, Object body) {
    }

    private static final long GATHER_MILLIS = 100;
    private static final int KEPT = 5_000;
    /// Somebody who comes back later than that is told to start over.
    private static final Duration UNWATCHED = Duration.ofMinutes(1);

    private final List<LiveSubscriber> subscribers = new CopyOnWriteArrayList<>();
    private final Deque<Message> recent = new ArrayDeque<>();
    private final Set<Task> tasks = new LinkedHashSet<>();
    private final Set<String> workers = new LinkedHashSet<>();
    private final Set<String> campaigns = new LinkedHashSet<>();
    private final Map<String, CampaignShape> shapes = new HashMap<>();
    private Instant lastFlush = Instant.EPOCH;
    private Instant lastWatched = Instant.EPOCH;
    private long forgottenUpTo = Long.MAX_VALUE;

    @Override
    public void committed(RoadmapState state, List<RoadmapEvent> events, long nextOffset) {
        if (events.stream().anyMatch(event -> event instanceof RoadmapEvent.CoordinatorTookOver)) {
            startOver(state, nextOffset);
        }
        tasks.addAll(state.takeChanged());
        for (RoadmapEvent event : events) {
            changedWorker(event, state).ifPresent(workers::add);
            if (event instanceof RoadmapEvent.OfCampaign ofCampaign) {
                campaigns.add(ofCampaign.campaign()); // A pause, say, changes no task.
            }
        }
        if (state.clock().isAfter(lastFlush.plusMillis(GATHER_MILLIS))) {
            lastFlush = state.clock();
            flush(state, nextOffset);
        }
    }

    /// The state was rebuilt from the log; what listeners have seen of it may never have become durable.
    private synchronized void startOver(RoadmapState state, long nextOffset) {
        state.takeChanged();
        clear();
        shapes.clear();
        recent.clear();
        forgottenUpTo = nextOffset;
        publish(List.of(new Message(nextOffset, "reset", Map.of())));
    }

    private static Optional<String> changedWorker(RoadmapEvent event, RoadmapState state) {
        return switch (event) {
            case RoadmapEvent.WorkerJoined joined -> Optional.of(joined.worker());
            case RoadmapEvent.WorkerLost lost -> Optional.of(lost.worker());
            case RoadmapEvent.WorkerLeft left -> Optional.of(left.worker());
            case RoadmapEvent.OfAttempt ofAttempt -> state.find(ofAttempt.attempt().campaign(),
                    ofAttempt.attempt().task()).flatMap(Task::lastAttempt).map(attempt -> attempt.worker());
            case RoadmapEvent.WorkerForgotten forgotten -> Optional.of(forgotten.worker());
            case RoadmapEvent.OfAdministration _, RoadmapEvent.OfCampaign _, RoadmapEvent.CoordinatorTookOver _,
                    RoadmapEvent.Passing _ -> Optional.empty();
        };
    }

    private void flush(RoadmapState state, long nextOffset) {
        if (tasks.isEmpty() && workers.isEmpty() && campaigns.isEmpty()) {
            return;
        }
        if (!subscribers.isEmpty()) {
            lastWatched = state.clock();
        } else if (state.clock().isAfter(lastWatched.plus(UNWATCHED))) {
            forget(nextOffset);
            return;
        }
        List<Message> messages = new ArrayList<>();
        BlockingReason reasons = new BlockingReason(state, state.clock());
        for (Task task : tasks) {
            campaigns.add(task.campaign().name());
            if (state.find(task.campaign().name(), task.name()).orElse(null) == task) {
                messages.add(new Message(nextOffset, "task",
                        TaskRow.of(task, reasons, shape(task.campaign()).layer(task))));
            }
        }
        for (String campaign : campaigns) {
            state.campaign(campaign).map(CampaignView.Summary::of).ifPresent(summary ->
                    messages.add(new Message(nextOffset, "campaign", summary)));
        }
        for (String worker : workers) {
            state.findWorker(worker).map(WorkerView::of).ifPresent(view ->
                    messages.add(new Message(nextOffset, "worker", view)));
        }
        clear();
        publish(messages);
    }

    /// Nobody is watching: what nobody will ask for need not be written.
    private synchronized void forget(long nextOffset) {
        clear();
        recent.clear();
        forgottenUpTo = nextOffset;
    }

    private void clear() {
        tasks.clear();
        workers.clear();
        campaigns.clear();
    }

    private CampaignShape shape(Campaign campaign) {
        CampaignShape known = shapes.get(campaign.name());
        if (known == null || !known.describes(campaign)) {
            known = new CampaignShape(campaign);
            shapes.put(campaign.name(), known);
        }
        return known;
    }

    private synchronized void publish(List<Message> messages) {
        for (Message message : messages) {
            recent.addLast(message);
            if (recent.size() > KEPT) {
                forgottenUpTo = recent.removeFirst().id();
            }
            subscribers.forEach(subscriber -> subscriber.offer(message));
        }
    }

    /// From now on the subscriber gets every message; first those it missed since this id, or a reset if that is too
    /// long ago or unknown.
    synchronized void subscribe(LiveSubscriber subscriber, Optional<Long> lastSeen) {
        long newest = recent.isEmpty() ? forgottenUpTo : recent.getLast().id();
        if (lastSeen.isPresent() && lastSeen.get() >= forgottenUpTo && lastSeen.get() <= newest) {
            recent.stream().filter(message -> message.id() > lastSeen.get()).forEach(subscriber::offer);
        } else {
            subscriber.offer(new Message(newest == Long.MAX_VALUE ? 0 : newest, "reset", Map.of()));
        }
        subscribers.add(subscriber);
    }

    void unsubscribe(LiveSubscriber subscriber) {
        subscribers.remove(subscriber);
    }
}
