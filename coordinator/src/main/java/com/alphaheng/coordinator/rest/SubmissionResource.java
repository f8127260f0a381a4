package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapCommand;
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
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Takes task files. Nothing in them is ever run here.
@Path("/api/campaigns/{campaign}/submissions")
public class SubmissionResource {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

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

    private final Roadmap roadmap;
    private final TaskFileParser parser = new TaskFileParser();

    SubmissionResource(Roadmap roadmap) {
        this.roadmap = roadmap;
    }

    @POST
    public Response submit(@PathParam("campaign") String campaign, @HeaderParam("X-Heng-User") String user,
                           Submission submission) {
        check(campaign, submission);
        Set<String> existing = roadmap.query(state -> state.campaign(campaign).stream()
                .flatMap(known -> known.tasks().stream()).map(Task::name).collect(Collectors.toSet()));
        ParsedSubmission parsed = parser.parse(submission.files().stream()
                .map(file -> SourceFile.of(file.name(), file.content())).toList(), existing);
        return switch (parsed) {
            case ParsedSubmission.Rejected rejected -> throw rejected(rejected.problems().stream()
                    .map(SubmissionResource::fault).toList());
            case ParsedSubmission.Accepted accepted -> submit(campaign, user, submission, accepted);
        };
    }

    private Response submit(String campaign, String user, Submission submission, ParsedSubmission.Accepted accepted) {
        Reply reply = roadmap.ask(new RoadmapCommand.Submit(campaign, hash(submission),
                submission.files().stream().map(File::name).toList(), commit(submission), accepted.tasks(),
                Actor.of(user), submission.dryRun()));
        return switch (reply) {
            case Reply.Submitted submitted -> {
                var diff = submitted.diff();
                boolean nothing = diff.empty() || submission.dryRun();
                yield Response.status(nothing ? 200 : 201).entity(new Submitted(campaign, submitted.submission(),
                        submission.dryRun(), diff.added(), diff.changed(), diff.removed(), diff.unchanged(),
                        accepted.warnings().stream().map(SubmissionResource::fault).toList())).build();
            }
            case Reply.InvalidSubmission invalid -> throw rejected(invalid.problems().stream()
                    .map(SubmissionResource::fault).toList());
            case Reply.Done _, Reply.Silence _, Reply.UnknownCampaign _, Reply.UnknownTask _, Reply.WrongStatus _,
                    Reply.Refused _ ->
                    throw new IllegalStateException("not an answer to a submission: " + reply);
        };
    }

    private static void check(String campaign, Submission submission) {
        if (!NAME.matcher(campaign).matches()) {
            throw new ApiProblem(400, "Bad Request", "'" + campaign + "' is no name for a campaign",
                    "use up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit");
        }
        if (submission == null || submission.files() == null || submission.files().isEmpty()
                || submission.files().stream().anyMatch(file -> file == null || file.name() == null
                || file.name().isBlank() || file.content() == null)) {
            throw new ApiProblem(400, "Bad Request", "a submission needs at least one file with a name and a content",
                    "send {\"files\": [{\"name\": \"tasks.yaml\", \"content\": \"tasks: ...\"}]}");
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
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (File file : submission.files()) {
                digest.update((file.name() + "\0" + file.content() + "\0").getBytes(StandardCharsets.UTF_8));
            }
            digest.update(commit(submission).orElse("").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
