package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.worker.job.Integration.Merged;
import com.alphaheng.worker.job.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A change that was merged by an attempt nobody heard the end of is found, whatever was merged on top of it, and is
/// never made twice. The first attempt of each test plays the lost one.
@Tag("slow")
class LostMergeTest {
    /// Adds a line wherever it finds the place: applied twice, it would be there twice.
    private static final JobSpec ADDS = Tasks.agent("patch", """
            === kernel.sh
            <<<<
            echo 42
            ====
            : twice as fast
            echo 42
            >>>>
            """, "bash verify.sh");

    @TempDir
    Path temporary;
    private AgentWorkshop workshop;

    @BeforeEach
    void workshop() throws Exception {
        workshop = new AgentWorkshop(temporary);
    }

    @Test
    void itIsFoundUnderOtherMergesAndReportedWithItsOwnCommit() throws Exception {
        AttemptResult lost = workshop.run(ADDS);
        String onTop = mergeOnTop(lost.commit());
        AttemptResult found = workshop.run(ADDS);
        assertThat(found.reason()).isEqualTo("merged as " + lost.commit() + " by an earlier attempt");
        assertThat(found.commit()).isEqualTo(lost.commit());
        assertThat(workshop.output()).as("judged anew, for evidence").containsOnlyOnce("merged as")
                .contains("it is judged again");
        assertThat(workshop.branch()).as("nothing was merged twice").contains(onTop);
    }

    @Test
    void whatAnEarlierSuccessCountedForIsNotFoundAgain() throws Exception {
        AttemptResult counted = workshop.run(ADDS);
        mergeOnTop(counted.commit());
        AttemptResult more = workshop.run(new JobSpec(ADDS.task(), ADDS.commit(), List.of(), List.of(),
                List.of(counted.commit())));
        assertThat(more.reason()).isEqualTo("merged as " + more.commit());
        assertThat(workshop.git("show", "heng/c:kernel.sh").lines().filter(": twice as fast"::equals)).hasSize(2);
    }

    @Test
    void whatWasTakenBackDoesNotCountUntilTheTakingBackIsTakenBack() throws Exception {
        AttemptResult lost = workshop.run(ADDS);
        AttemptResult revert = workshop.run(Tasks.agent("revert", "revert " + lost.commit(), "bash verify.sh"));
        assertThat(workshop.git("log", "-1", "--format=%B", revert.commit()).lines())
                .contains("This reverts commit " + lost.commit() + ".");
        mergeOnTop(revert.commit());
        AttemptResult again = workshop.run(ADDS);
        assertThat(again.reason()).as("the task is done anew").isEqualTo("merged as " + again.commit());
        AttemptResult revertOfRevert = workshop.run(Tasks.agent("revert", "revert " + again.commit(),
                "bash verify.sh"));
        AttemptResult restored = workshop.run(Tasks.agent("revert", "revert " + revertOfRevert.commit(),
                "bash verify.sh"));
        assertThat(workshop.run(ADDS).reason()).isEqualTo("merged as " + again.commit() + " by an earlier attempt");
        assertThat(workshop.branch()).contains(restored.commit());
    }

    @Test
    void whatWasTakenBackByHandWithoutSayingSoDoesNotCountEither() throws Exception {
        AttemptResult lost = workshop.run(ADDS);
        String back = workshop.commitOn(lost.commit(), "kernel.sh", "echo 42 # slow");
        assertThat(workshop.integration().advance("c", lost.commit(), back)).isTrue();
        AttemptResult again = workshop.run(ADDS);
        assertThat(again.reason()).isEqualTo("merged as " + again.commit());
    }

    @Test
    void anotherTaskOrAnotherDefinitionWithTheSamePatchIsNotMistakenForIt() throws Exception {
        workshop.run(ADDS);
        JobSpec other = Tasks.agent("patch", ADDS.task().prompt(), "bash verify.sh # otherwise");
        AttemptResult second = workshop.run(other);
        assertThat(second.reason()).isEqualTo("merged as " + second.commit());
    }

    /// The attempt was given away, but its worker lived and merged while the next attempt was under way.
    @Test
    void itIsFoundAlsoIfItArrivesWhileTheNextAttemptIsBeingJudged() throws Exception {
        AttemptResult early = workshop.run(ADDS);
        workshop.git("update-ref", "-d", "refs/heads/heng/c");
        workshop.git("branch", "--force", "late", early.commit());
        AttemptResult result = workshop.run(ADDS, () -> workshop.git("update-ref", "refs/heads/heng/c", "late"));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.reason()).isEqualTo("merged as " + early.commit() + " by an earlier attempt");
        assertThat(workshop.branch()).contains(early.commit());
    }

    @Test
    void whatDoesNotPassOnceMoreSaysThatItIsOnTheBranch() throws Exception {
        JobSpec once = Tasks.agent("patch", ADDS.task().prompt(), "bash verify.sh; [ $HENG_EPOCH = 1 ]");
        AttemptResult lost = workshop.run(once);
        AttemptResult found = workshop.run(once);
        assertThat(found.outcome()).isEqualTo(Outcome.AGENT_FAILED);
        assertThat(found.reason()).startsWith(lost.commit() + " of an earlier attempt, which was lost, is on the "
                + "branch and did not pass once more: rejected, ");
    }

    @Test
    void theSearchEndsAtTheCampaignsCommitAndIgnoresOneThatIsUnknown() throws Exception {
        AttemptResult lost = workshop.run(ADDS);
        String mark = workshop.git("log", "-1", "--format=%B", lost.commit()).lines().toList().getLast();
        String tip = mergeOnTop(lost.commit());
        GitIntegration integration = workshop.integration();
        Merged merged = new Merged(workshop.git("rev-parse", "main"), lost.commit());
        assertThat(integration.merged(tip, Optional.of("main"), mark)).containsExactly(merged);
        assertThat(integration.merged(tip, Optional.empty(), mark)).containsExactly(merged);
        assertThat(integration.merged(tip, Optional.of("0123456789".repeat(4)), mark)).containsExactly(merged);
        assertThat(integration.merged(tip, Optional.of(lost.commit()), mark)).isEmpty();
        assertThat(integration.merged(tip, Optional.empty(), mark.substring(0, mark.length() - 1))).isEmpty();
    }

    private String mergeOnTop(String tip) throws Exception {
        String onTop = workshop.commitOn(tip, "notes-" + tip.substring(0, 8) + ".sh", "echo of another task");
        assertThat(workshop.integration().advance("c", tip, onTop)).isTrue();
        return onTop;
    }
}
