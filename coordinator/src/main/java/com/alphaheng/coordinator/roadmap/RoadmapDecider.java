package com.alphaheng.coordinator.roadmap;

import com.alphaheng.coordinator.roadmap.RoadmapEvent.AttemptAssigned;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.spec.SpreadSearch;
import java.time.Instant;
import java.util.List;

/// Decides what follows from a command: pure, so the same state, command and time give the same decision.
public final class RoadmapDecider {
    private final RoadmapPolicy policy;
    private final SubmissionRules submissions = new SubmissionRules();
    private final OperatorRules operators = new OperatorRules();
    private final AdministrationRules administration = new AdministrationRules();
    private final WorkerRules workers;
    private final TimeRules time;

    public RoadmapDecider(RoadmapPolicy policy) {
        this.policy = policy;
        this.workers = new WorkerRules(policy);
        this.time = new TimeRules(policy);
    }

    /// @param now by a clock that may jump; a time before the last fact counts as the time of the last fact
    public Decision decide(RoadmapState state, RoadmapCommand command, Instant now) {
        Instant at = now.isAfter(state.clock()) ? now : state.clock();
        return switch (command) {
            case RoadmapCommand.Submit submit -> submissions.submit(state, submit, at);
            case RoadmapCommand.IfUnchanged guarded -> operators.unchanged(state, guarded)
                    .orElseGet(() -> decide(state, guarded.command(), now));
            case RoadmapCommand.CancelTask cancel -> operators.cancelTask(state, cancel, at);
            case RoadmapCommand.CancelCampaign cancel -> operators.cancelCampaign(state, cancel, at);
            case RoadmapCommand.RetryTask retry -> operators.retryTask(state, retry, at);
            case RoadmapCommand.RerunFailed rerun -> operators.rerunFailed(state, rerun, at);
            case RoadmapCommand.PauseCampaign pause -> operators.pause(state, pause, at);
            case RoadmapCommand.ResumeCampaign resume -> operators.resume(state, resume, at);
            case RoadmapCommand.Administer administer -> administration.administer(state, administer, at);
            case RoadmapCommand.HearWorker heard -> workers.hear(state, heard.message(), at);
            case RoadmapCommand.RecallSilence recall -> time.recall(state, recall, at);
            case RoadmapCommand.Tick tick -> time.tick(state, tick, at);
            case RoadmapCommand.AssignReadyTasks() -> assignOne(state, at);
            case RoadmapCommand.TakeOver(String instance) -> new Decision(
                    List.of(new RoadmapEvent.CoordinatorTookOver(instance, at)), List.of(), new Reply.Silence());
        };
    }

    /// Gives one task to one worker. Asked again until it decides nothing, since each assignment changes what is next.
    private Decision assignOne(RoadmapState state, Instant at) {
        return state.ready().next(at).map(match -> {
            Worker worker = match.worker();
            AttemptId attempt = match.task().nextAttemptId();
            var message = new CoordinatorMessage.Assignment(worker.id(), worker.incarnation(), attempt, policy.lease(),
                    match.terms().job(match.task(), worker.id()));
            return new Decision(List.of(new AttemptAssigned(attempt, worker.id(), worker.incarnation(),
                    match.terms().counted(), SpreadSearch.of(match.task().spec()).map(_ ->
                    Eligibility.chipOf(worker.profile())), at)),
                    List.of(message), new Reply.Silence());
        }).orElse(Decision.NOTHING);
    }
}
