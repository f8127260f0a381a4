package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.spec.SpreadSearch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What people may ask of tasks and campaigns.
final class OperatorRules {
    /// The refusal, if the campaign is another one than the asker knows.
    Optional<Decision> unchanged(RoadmapState state, RoadmapCommand.IfUnchanged guarded) {
        Optional<Long> definition = state.campaign(guarded.campaign()).map(Campaign::definitionVersion);
        boolean asKnown = definition.map(known -> guarded.definitions().isEmpty()
                || guarded.definitions().contains(known)).orElse(false);
        return asKnown ? Optional.empty() : Optional.of(Decision.reply(new Reply.Refused(Reply.Rule.OUTDATED,
                definition.map(known -> "the tasks of campaign '" + guarded.campaign() + "' have changed meanwhile: "
                        + "its definition is \"" + known + "\"").orElse("there is no campaign '" + guarded.campaign()
                        + "' any more, or not yet"),
                "look at it again (its field 'definition'), then ask with If-Match for what you saw")));
    }

    Decision cancelTask(RoadmapState state, RoadmapCommand.CancelTask command, Instant at) {
        return onTask(state, command.campaign(), command.task(), task -> {
            if (task.status() == TaskStatus.CANCELLED) {
                return Decision.reply(new Reply.Done(List.of()));
            }
            if (task.status() == TaskStatus.SUCCEEDED || task.status() == TaskStatus.FAILED) {
                return Decision.reply(new Reply.WrongStatus(command.campaign(), command.task(), task.status(),
                        "the task has ended; there is nothing to cancel"));
            }
            return cancel(SpreadTasks.withShares(task).stream().filter(one -> one == task
                    || !one.status().ended()).toList(), command.actor(), at);
        });
    }

    Decision cancelCampaign(RoadmapState state, RoadmapCommand.CancelCampaign command, Instant at) {
        return onCampaign(state, command.campaign(), campaign -> cancel(campaign.tasks().stream()
                .filter(task -> !task.status().ended() || task.status() == TaskStatus.SKIPPED).toList(),
                command.actor(), at));
    }

    private static Decision cancel(List<Task> tasks, String actor, Instant at) {
        List<RoadmapEvent> events = new ArrayList<>();
        List<CoordinatorMessage> messages = new ArrayList<>();
        String reason = "cancelled by " + actor;
        for (Task task : tasks) {
            events.add(new RoadmapEvent.TaskCancelled(task.campaign().name(), task.name(), actor, reason, at));
            stop(task, reason).ifPresent(messages::add);
        }
        return new Decision(events, messages, new Reply.Done(tasks.stream().map(Task::name).toList()));
    }

    /// The message that ends the task's running attempt, if there is one.
    static Optional<CoordinatorMessage> stop(Task task, String reason) {
        return task.runningAttempt().map(attempt -> new CoordinatorMessage.StopAttempt(attempt.worker(),
                attempt.incarnation(), attempt.id(), reason));
    }

    Decision retryTask(RoadmapState state, RoadmapCommand.RetryTask command, Instant at) {
        return onTask(state, command.campaign(), command.task(), task -> switch (task.status()) {
            case FAILED, CANCELLED, SUCCEEDED -> again(task, command, at);
            case SKIPPED -> Decision.reply(new Reply.WrongStatus(command.campaign(), command.task(), task.status(),
                    "retry " + deadDependency(task).name()
                    + ", which it depends on; this task then reopens by itself"));
            case WAITING, READY, RUNNING -> Decision.reply(new Reply.WrongStatus(command.campaign(), command.task(),
                    task.status(), "the task has not ended; cancel it first if it should start over"));
        });
    }

    /// Another try. A search is measured anew as a whole, since each of its rounds builds on those before.
    private static Decision again(Task task, RoadmapCommand.RetryTask command, Instant at) {
        if (SpreadTasks.isShare(task) && task.status() == TaskStatus.SUCCEEDED) {
            return Decision.reply(new Reply.WrongStatus(command.campaign(), command.task(), task.status(),
                    "its trials count already: retry " + SpreadSearch.of(task.spec()).orElseThrow()
                    + ", which measures all of them anew"));
        }
        List<Task> search = SpreadTasks.withShares(task);
        Decision stopped = cancel(search.stream().filter(one -> one.status() == TaskStatus.RUNNING).toList(),
                command.actor(), at);
        Decision reopened = reopen(search.stream().filter(one -> one.status() == TaskStatus.RUNNING
                || one.status().ended() && one.status() != TaskStatus.SKIPPED).toList(), command.actor(), at);
        List<RoadmapEvent> events = new ArrayList<>(stopped.events());
        events.addAll(reopened.events());
        return new Decision(events, stopped.messages(), reopened.reply());
    }

    /// The failed or cancelled task at the end of the chain of skipped ones.
    static Task deadDependency(Task skipped) {
        Task task = skipped;
        while (task.status() == TaskStatus.SKIPPED) {
            task = task.dependencies().stream().filter(dependency -> dependency.status().dead())
                    .findFirst().orElseThrow();
        }
        return task;
    }

    Decision rerunFailed(RoadmapState state, RoadmapCommand.RerunFailed command, Instant at) {
        return onCampaign(state, command.campaign(), campaign -> reopen(campaign.tasks().stream()
                .filter(task -> task.status() == TaskStatus.FAILED || task.status() == TaskStatus.CANCELLED).toList(),
                command.actor(), at));
    }

    private static Decision reopen(List<Task> tasks, String actor, Instant at) {
        List<RoadmapEvent> events = new ArrayList<>();
        for (Task task : tasks) {
            events.add(new RoadmapEvent.TaskReopened(task.campaign().name(), task.name(), actor, at));
        }
        return new Decision(events, List.of(), new Reply.Done(tasks.stream().map(Task::name).toList()));
    }

    Decision pause(RoadmapState state, RoadmapCommand.PauseCampaign command, Instant at) {
        return onCampaign(state, command.campaign(), campaign -> new Decision(campaign.paused() ? List.of()
                : List.of(new RoadmapEvent.CampaignPaused(command.campaign(), command.actor(), at)),
                List.of(), new Reply.Done(List.of())));
    }

    Decision resume(RoadmapState state, RoadmapCommand.ResumeCampaign command, Instant at) {
        return onCampaign(state, command.campaign(), campaign -> new Decision(!campaign.paused() ? List.of()
                : List.of(new RoadmapEvent.CampaignResumed(command.campaign(), command.actor(), at)),
                List.of(), new Reply.Done(List.of())));
    }

    private static Decision onCampaign(RoadmapState state, String name, Function<Campaign, Decision> rule) {
        return state.campaign(name).map(rule).orElseGet(() -> Decision.reply(new Reply.UnknownCampaign(name,
                state.campaigns().stream().map(Campaign::name).toList())));
    }

    private static Decision onTask(RoadmapState state, String campaign, String task, Function<Task, Decision> rule) {
        return onCampaign(state, campaign, found -> found.task(task).map(rule)
                .orElseGet(() -> Decision.reply(Reply.UnknownTask.of(found, task))));
    }
}
