package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.roadmap.SubmissionProblem;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.spec.ParsedSubmission;
import com.alphaheng.spec.Problem;
import com.alphaheng.spec.SourceFile;
import com.alphaheng.spec.TaskFileParser;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestResponse;

/// Takes task files, or says what would come of them. Nothing in them is ever run here.
@Path("/api/campaigns/{campaign}")
public class SubmissionResource {
    private static final int MOST_FILES = 1000;
    private static final int LONGEST_FILE_NAME = 255;
    private static final Pattern COMMIT = Pattern.compile("[0-9A-Fa-f]{4,64}|[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");

    /// A task file: its name for messages, and its text.
    public record File(String name, String content) {
    }

    /// What to submit.
    ///
    /// @param commit the commit attempts are made from; absent means the tip of each worker's repository
    /// @param dryRun only check, and say what would change
    public record Submission(List<File> files, Optional<String> commit, boolean dryRun) {
    }

    /// What it changed, by task name.
    public record Submitted(String campaign, String submission, boolean dryRun, List<String> added,
                            List<String> changed, List<String> removed, List<String> unchanged,
                            List<ApiProblem.Fault> warnings) {
    }

    private record Outcome(Reply.Submitted submitted, List<ApiProblem.Fault> warnings) {
    }

    private final Roadmap roadmap;
    private final Caller caller;
    private final TaskFileParser parser = new TaskFileParser();

    SubmissionResource(Roadmap roadmap, Caller caller) {
        this.roadmap = roadmap;
        this.caller = caller;
    }

    @POST
    @Path("submissions")
    @Needs(Role.SUBMITTER)
    public RestResponse<Submitted> submit(@PathParam("campaign") String campaign,
                                          @HeaderParam(IfMatch.HEADER) String known, Submission submission) {
        Outcome outcome = ask(campaign, submission, submission != null && submission.dryRun(), known);
        var diff = outcome.submitted().diff();
        boolean nothing = diff.empty() || submission.dryRun();
        return RestResponse.status(nothing ? RestResponse.Status.OK : RestResponse.Status.CREATED, new Submitted(
                campaign, outcome.submitted().submission(), submission.dryRun(), diff.added(), diff.changed(),
                diff.removed(), diff.unchanged(), outcome.warnings()));
    }

    /// What would come of it: changes, order, who could run what, the critical path. Changes nothing.
    @POST
    @Path("plan")
    @Needs(Role.VIEWER)
    public Plan plan(@PathParam("campaign") String campaign, Submission submission) {
        Outcome outcome = ask(campaign, submission, true, null);
        Plan.Fleet fleet = roadmap.query(state -> Plan.Fleet.of(outcome.submitted(), state));
        return Plan.of(outcome.submitted(), outcome.warnings(), fleet);
    }

    private Outcome ask(String campaign, Submission submission, boolean dryRun, String known) {
        Names.check("campaign", campaign);
        check(submission);
        Set<String> existing = roadmap.query(state -> state.campaign(campaign).stream()
                .flatMap(present -> present.tasks().stream()).map(Task::name).collect(Collectors.toSet()));
        ParsedSubmission parsed = parser.parse(submission.files().stream()
                .map(file -> SourceFile.of(file.name(), file.content())).toList(), existing);
        return switch (parsed) {
            case ParsedSubmission.Rejected rejected -> throw rejected(rejected.problems().stream()
                    .map(SubmissionResource::fault).toList());
            case ParsedSubmission.Accepted accepted -> ask(accepted, IfMatch.guard(known, campaign,
                    new RoadmapCommand.Submit(campaign, hash(submission), submission.files().stream().map(File::name)
                            .toList(), commit(submission), accepted.tasks(), caller.name(), dryRun)));
        };
    }

    private Outcome ask(ParsedSubmission.Accepted accepted, RoadmapCommand command) {
        Reply reply = roadmap.ask(command);
        return switch (reply) {
            case Reply.Refused refused -> throw Roadmap.refused(refused);
            case Reply.Submitted submitted -> new Outcome(submitted, accepted.warnings().stream()
                    .map(SubmissionResource::fault).toList());
            case Reply.InvalidSubmission invalid -> throw rejected(invalid.problems().stream()
                    .map(SubmissionResource::fault).toList());
            case Reply.Done _, Reply.Silence _, Reply.UnknownCampaign _, Reply.UnknownTask _, Reply.WrongStatus _ ->
                    throw new IllegalStateException("not an answer to a submission: " + reply);
        };
    }

    private static void check(Submission submission) {
        if (submission == null || submission.files() == null || submission.files().isEmpty()
                || submission.files().stream().anyMatch(file -> file == null || file.name() == null
                || file.name().isBlank() || file.content() == null)) {
            throw ApiProblem.badRequest("a submission needs at least one file with a name and a content",
                    "send {\"files\": [{\"name\": \"tasks.yaml\", \"content\": \"tasks: ...\"}]}");
        }
        if (submission.files().size() > MOST_FILES || submission.files().stream().anyMatch(file ->
                file.name().length() > LONGEST_FILE_NAME)) {
            throw ApiProblem.badRequest("more than " + MOST_FILES + " files, or a name of more than "
                    + LONGEST_FILE_NAME + " characters", "submit fewer files at once, or shorten the name");
        }
        if (commit(submission).filter(commit -> !COMMIT.matcher(commit).matches()).isPresent()) {
            throw ApiProblem.badRequest("'commit' is no commit or branch", "send a hash such as 1b2c3d4");
        }
    }

    private static Optional<String> commit(Submission submission) {
        return submission.commit() == null ? Optional.empty() : submission.commit();
    }

    private static ApiProblem rejected(List<ApiProblem.Fault> faults) {
        long errors = faults.stream().filter(fault -> fault.severity().equals("error")).count();
        return new ApiProblem(422, "Unprocessable Content", "the submission has " + errors
                + (errors == 1 ? " error" : " errors"), "correct the files and submit them again", faults);
    }

    private static ApiProblem.Fault fault(Problem problem) {
        return new ApiProblem.Fault(problem.file(), problem.line(), problem.column(),
                problem.severity() == Problem.Severity.ERROR ? "error" : "warning", problem.rule(), problem.message(),
                problem.fix());
    }

    private static ApiProblem.Fault fault(SubmissionProblem problem) {
        return new ApiProblem.Fault(problem.location().file(), problem.location().line(), problem.location().column(),
                "error", problem.rule(), problem.message(), problem.fix());
    }

    private static String hash(Submission submission) {
        StringBuilder all = new StringBuilder();
        for (File file : submission.files()) {
            all.append(file.name()).append('\0').append(file.content()).append('\0');
        }
        return Secrets.hash(all.append(commit(submission).orElse("")).toString());
    }
}
