package com.alphaheng.coordinator.roadmap;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Turns a roadmap into images and back. The rebuilt one replays the rest of the log just as the original would.
public final class Snapshots {
    private Snapshots() {
    }

    /// Hands over the images of a roadmap, in the order in which [Rebuilding] takes them.
    ///
    /// @param state made from the facts of a log alone, up to the end of a transaction
    /// @throws IllegalArgumentException if it is not such a one: passing facts are not in a snapshot
    public static void take(RoadmapState state, Consumer<RoadmapImage> images) {
        if (state.lastHearing().isPresent() || state.unlinkedTasks()) {
            throw new IllegalArgumentException("only a roadmap replayed from the log, up to the end of a transaction, "
                    + "can become a snapshot");
        }
        Administration administration = state.administration();
        Map<LimitScope, Map<String, Integer>> limits = new EnumMap<>(LimitScope.class);
        for (LimitScope scope : LimitScope.values()) {
            limits.put(scope, administration.limits().all(scope));
        }
        images.accept(new RoadmapImage.Whole(state.clock(), state.tasksEverAdded(), state.durableEvents(),
                List.copyOf(administration.tokens()), administration.offers(), limits,
                List.copyOf(administration.audit().entries())));
        administration.webhooks().forEach(webhook -> images.accept(webhook.image()));
        state.workers().forEach(worker -> images.accept(worker.image()));
        for (Campaign campaign : state.campaigns()) {
            images.accept(campaign.image());
            campaign.tasks().forEach(task -> images.accept(task.image()));
        }
        images.accept(new RoadmapImage.Order(state.ready().inOrder().stream().map(Snapshots::name).toList(),
                state.leases().images(), state.leases().heard()));
    }

    static RoadmapImage.TaskName name(Task task) {
        return new RoadmapImage.TaskName(task.campaign().name(), task.name());
    }

    /// A roadmap being put together from images.
    public static final class Rebuilding {
        private final RoadmapState state = new RoadmapState();
        private final Map<Task, List<String>> dependents = new LinkedHashMap<>();
        private boolean begun;
        private boolean done;

        /// Takes the next image.
        ///
        /// @throws UnreadableEventException if the images do not fit together
        public void accept(RoadmapImage image) {
            if (done || begun == image instanceof RoadmapImage.Whole) {
                throw new UnreadableEventException("a snapshot's parts are out of order");
            }
            switch (image) {
                case RoadmapImage.Whole whole -> {
                    begun = true;
                    state.resume(whole);
                }
                case RoadmapImage.OfWebhook webhook -> state.administration().add(new Webhook(webhook));
                case RoadmapImage.OfWorker worker -> state.add(new Worker(worker));
                case RoadmapImage.OfCampaign campaign -> state.open(campaign.name(), campaign.openedAt())
                        .resume(campaign);
                case RoadmapImage.OfTask task -> {
                    Campaign campaign = state.campaign(task.campaign()).orElseThrow(() -> missing(task.campaign()));
                    dependents.put(campaign.resume(task), task.dependents());
                }
                case RoadmapImage.Order order -> {
                    dependents.forEach(this::connect);
                    dependents.keySet().forEach(Rebuilding::bind);
                    dependents.clear();
                    order.leases().forEach(lease -> state.resume(find(lease.task()), lease.since()));
                    order.heard().forEach(id -> state.leases().hear(state.findWorker(id).orElseThrow(() ->
                            missing(id))));
                    order.ready().forEach(name -> state.ready().resume(find(name), state.clock()));
                    done = true;
                }
            }
        }

        private void connect(Task task, List<String> names) {
            String campaign = task.campaign().name();
            for (String name : task.spec().dependencies()) {
                Task dependency = find(new RoadmapImage.TaskName(campaign, name));
                task.mutableDependencies().add(dependency);
                task.unmetDependencies += dependency.status() == TaskStatus.SUCCEEDED ? 0 : 1;
                task.deadDependencies += dependency.status().dead() ? 1 : 0;
            }
            names.forEach(name -> task.mutableDependents().add(find(new RoadmapImage.TaskName(campaign, name))));
        }

        private static void bind(Task task) {
            SpreadTasks.chip(SpreadTasks.of(task.campaign(), task.spec())).ifPresent(chip ->
                    task.bind(Optional.of(chip)));
        }

        private Task find(RoadmapImage.TaskName name) {
            return state.find(name.campaign(), name.task()).orElseThrow(() ->
                    missing(name.campaign() + "/" + name.task()));
        }

        private static UnreadableEventException missing(String name) {
            return new UnreadableEventException("a snapshot speaks of " + name + ", which is not in it");
        }

        /// The roadmap, once all images have come.
        ///
        /// @throws UnreadableEventException if some have not
        public RoadmapState finish() {
            if (!done) {
                throw new UnreadableEventException("a snapshot ends in the middle");
            }
            return state;
        }
    }
}
