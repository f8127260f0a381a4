package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.Shard;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// The shard as the resources see it: waits for answers, and turns refusals into problems.
@ApplicationScoped
class Roadmap {
    private static final long TIMEOUT_SECONDS = 30;

    private final Shard shard;
    /// Touched on the shard's thread only.
    private final Map<String, CampaignShape> shapes = new HashMap<>();

    Roadmap(Shard shard) {
        this.shard = shard;
    }

    <T> T query(Function<RoadmapState, T> query) {
        return await(shard.query(query));
    }

    <T> T onCampaign(String name, Function<Campaign, T> query) {
        return query(state -> query.apply(campaign(state, name)));
    }

    static Campaign campaign(RoadmapState state, String name) {
        return state.campaign(name).orElseThrow(() -> unknown(new Reply.UnknownCampaign(name,
                state.campaigns().stream().map(Campaign::name).toList())));
    }

    static Task task(RoadmapState state, String campaign, String task) {
        return campaign(state, campaign).task(task).orElseThrow(() -> unknown(
                Reply.UnknownTask.of(campaign(state, campaign), task)));
    }

    /// To be called on the shard, that is, from a query.
    CampaignShape shape(Campaign campaign) {
        CampaignShape known = shapes.get(campaign.name());
        if (known == null || !known.describes(campaign)) {
            known = new CampaignShape(campaign);
            shapes.put(campaign.name(), known);
        }
        return known;
    }

    /// The names of the tasks a command touched.
    List<String> command(RoadmapCommand command) {
        return switch (ask(command)) {
            case Reply.Done(List<String> tasks) -> tasks;
            case Reply.Silence() -> List.of();
            case Reply.Submitted submitted -> submitted.diff().added();
            case Reply.UnknownCampaign unknown -> throw unknown(unknown);
            case Reply.UnknownTask unknown -> throw unknown(unknown);
            case Reply.WrongStatus wrong -> throw new ApiProblem(409, "Conflict", "task " + wrong.task() + " is "
                    + wrong.status(), wrong.remedy());
            case Reply.Refused refused -> throw refused(refused);
            case Reply.InvalidSubmission invalid -> throw new ApiProblem(422, "Unprocessable Content",
                    invalid.problems().toString(), "");
        };
    }

    static ApiProblem refused(Reply.Refused refused) {
        return switch (refused.rule()) {
            case UNKNOWN -> new ApiProblem(404, "Not Found", refused.message(), refused.remedy());
            case CONFLICT -> new ApiProblem(409, "Conflict", refused.message(), refused.remedy());
            case FORBIDDEN -> new ApiProblem(403, "Forbidden", refused.message(), refused.remedy());
            case OUTDATED -> new ApiProblem(412, "Precondition Failed", refused.message(), refused.remedy());
        };
    }

    Reply ask(RoadmapCommand command) {
        return await(shard.ask(command));
    }

    private static ApiProblem unknown(Reply.UnknownCampaign unknown) {
        return new ApiProblem(404, "Not Found", "there is no campaign '" + unknown.campaign() + "'",
                unknown.known().isEmpty() ? "submit one: ./heng submit FILE..."
                        : "there are: " + String.join(", ", unknown.known()) + " (./heng ... -c NAME)");
    }

    private static ApiProblem unknown(Reply.UnknownTask unknown) {
        return new ApiProblem(404, "Not Found", "campaign '" + unknown.campaign() + "' has no task '" + unknown.task()
                + "'", unknown.near().map(near -> "did you mean '" + near + "'? ").orElse("") + "./heng list -c "
                + unknown.campaign() + " (GET /api/campaigns/" + unknown.campaign() + "/tasks) lists them");
    }

    private static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ApiProblem problem -> throw problem;
                case LogException log -> throw log;
                case RuntimeException bug -> throw bug;
                default -> throw new AssertionError(e.getCause());
            }
        } catch (TimeoutException e) {
            throw new LogException.Uncertain("no answer within " + TIMEOUT_SECONDS + " s: Kafka may be away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException.Uncertain("interrupted", e);
        }
    }
}
