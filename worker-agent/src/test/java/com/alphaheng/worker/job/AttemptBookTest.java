package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.spec.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttemptBookTest {
    private static final Instant START = Instant.parse("2026-11-23T06:30:00Z");
    private static final AttemptId A1 = new AttemptId("c", "a", 1);
    private static final AttemptId A2 = new AttemptId("c", "a", 2);
    private static final AttemptId B1 = new AttemptId("c", "b", 1);
    private static final AttemptResult GOOD = new AttemptResult(AttemptResult.Outcome.SUCCEEDED, "", Optional.of(0),
            START, START, List.of(), "abc", "machine");

    private final AttemptBook book = new AttemptBook("w", "i", 1, true, START);
    private Instant now = START;

    @Test
    void runsOneAttemptFromAssignmentToDeliveredReport() {
        assertThat(tell(new Signal.Ready())).containsExactly(new Action.SayHello(List.of()));
        assertThat(assign(A1)).containsExactly(new Action.Start(assignment(A1)));
        assertThat(tell(new Signal.StageReached(A1, "verifying")))
                .containsExactly(new Action.SayProgress(A1, "verifying"));
        assertThat(tell(new Signal.Beat())).containsExactly(new Action.SayBeat(List.of(A1), now));
        assertThat(tell(new Signal.Ended(A1, GOOD))).containsExactly(new Action.Report(A1, GOOD));
        assertThat(book.running()).as("the lease is kept until the report is delivered").containsExactly(A1);
        assertThat(tell(new Signal.ReportDelivered(A1))).isEmpty();
        assertThat(book.running()).isEmpty();
    }

    @Test
    void anAssignmentDeliveredTwiceRunsOnce() {
        assertThat(assign(A1)).hasSize(1);
        assertThat(assign(A1)).isEmpty();
        tell(new Signal.Ended(A1, GOOD));
        assertThat(assign(A1)).isEmpty();
        tell(new Signal.ReportDelivered(A1));
        assertThat(assign(A1)).isEmpty();
    }

    @Test
    void whatIsMeantForAnotherWorkerOrAnEarlierStartIsNotOurs() {
        assertThat(tell(new Signal.Received(new CoordinatorMessage.Assignment("other", "i", A1, Duration.ofSeconds(9),
                Tasks.verify("true"))))).isEmpty();
        assertThat(tell(new Signal.Received(new CoordinatorMessage.Assignment("w", "earlier", A1,
                Duration.ofSeconds(9), Tasks.verify("true"))))).isEmpty();
        assertThat(tell(new Signal.Received(new CoordinatorMessage.IntroduceYourself("w", "earlier")))).isEmpty();
    }

    @Test
    void aStrangerToTheCoordinatorSaysHelloAgainWithWhatItRuns() {
        assign(A1);
        assertThat(tell(new Signal.Received(new CoordinatorMessage.IntroduceYourself("w", "i"))))
                .containsExactly(new Action.SayHello(List.of(A1)));
    }

    @Test
    void aSecondAttemptWaitsForTheSlot() {
        assign(A1);
        assertThat(assign(B1)).isEmpty();
        assertThat(book.running()).containsExactly(A1, B1);
        assertThat(tell(new Signal.Ended(A1, GOOD)))
                .containsExactly(new Action.Report(A1, GOOD), new Action.Start(assignment(B1)));
    }

    @Test
    void aStoppedAttemptIsKilledAndNotReported() {
        assign(A1);
        assertThat(stop(A1)).containsExactly(new Action.Kill(A1, StopReason.TOLD_TO_STOP));
        assertThat(tell(new Signal.StageReached(A1, "verifying"))).isEmpty();
        assertThat(book.running()).as("its processes still run").containsExactly(A1);
        assertThat(tell(new Signal.Ended(A1, GOOD))).isEmpty();
        assertThat(book.running()).isEmpty();
    }

    @Test
    void aStopWhileTheReportWaitsTakesTheReportBack() {
        assign(A1);
        tell(new Signal.Ended(A1, GOOD));
        assertThat(stop(A1)).containsExactly(new Action.Forget(A1));
        assertThat(book.running()).isEmpty();
    }

    @Test
    void aStopThatOvertakesItsAssignmentStillHolds() {
        assertThat(stop(A1)).containsExactly(new Action.Forget(A1));
        assertThat(assign(A1)).isEmpty();
    }

    @Test
    void aNewerEpochReplacesTheOlderAndNeverTheReverse() {
        assign(A1);
        assertThat(assign(A2)).containsExactly(new Action.Kill(A1, StopReason.TOLD_TO_STOP));
        assertThat(tell(new Signal.Ended(A1, GOOD))).containsExactly(new Action.Start(assignment(A2)));
        assertThat(assign(A1)).isEmpty();
        assertThat(book.running()).containsExactly(A2);
    }

    @Test
    void aLostLeaseLetsVerificationGoOnButStopsAnAgentThatSpends() {
        AttemptBook two = new AttemptBook("w", "i", 2, true, START);
        two.handle(new Signal.Received(assignment(A1)), START);
        two.handle(new Signal.Received(agent(B1)), START);
        Instant late = START.plusSeconds(9).plus(AttemptBook.SPENDING_GRACE).plusMillis(1);
        assertThat(two.handle(new Signal.Beat(), late.minusMillis(1)))
                .containsExactly(new Action.SayBeat(List.of(A1, B1), late.minusMillis(1)));
        assertThat(two.handle(new Signal.Beat(), late)).containsExactly(
                new Action.Kill(B1, StopReason.LEASE_LOST), new Action.SayBeat(List.of(A1, B1), late));
        assertThat(two.handle(new Signal.Ended(B1, GOOD), late)).containsExactly(new Action.Report(B1, GOOD));
    }

    @Test
    void aDeliveredBeatRenewsTheLeaseFromWhenItWasSent() {
        AttemptBook one = new AttemptBook("w", "i", 1, true, START);
        one.handle(new Signal.Received(agent(B1)), START);
        one.handle(new Signal.BeatDelivered(START.plusSeconds(30)), START.plusSeconds(40));
        Instant late = START.plusSeconds(39).plus(AttemptBook.SPENDING_GRACE);
        assertThat(one.handle(new Signal.Beat(), late)).hasSize(1);
        assertThat(one.handle(new Signal.Beat(), late.plusMillis(1))).hasSize(2);
    }

    @Test
    void drainingTakesNothingNewAndLeavesWhenTheLastHasEnded() {
        assign(A1);
        assign(B1);
        assertThat(tell(new Signal.DrainAsked("SIGTERM"))).isEmpty();
        assertThat(book.running()).as("what waits is handed back").containsExactly(A1);
        assertThat(assign(B1)).isEmpty();
        assertThat(tell(new Signal.Ended(A1, GOOD)))
                .containsExactly(new Action.Report(A1, GOOD), new Action.Leave("SIGTERM"));
    }

    @Test
    void drainingKillsWhatTakesTooLongWithoutAReport() {
        assign(A1);
        tell(new Signal.DrainAsked("SIGTERM"));
        assertThat(tell(new Signal.DrainTimeOver())).containsExactly(new Action.Kill(A1, StopReason.SHUTTING_DOWN));
        assertThat(tell(new Signal.Ended(A1, GOOD))).containsExactly(new Action.Leave("SIGTERM"));
        assertThat(tell(new Signal.Beat())).as("leaves once").containsExactly(new Action.SayBeat(List.of(), now));
    }

    private List<Action> tell(Signal signal) {
        now = now.plusSeconds(1);
        return book.handle(signal, now);
    }

    private List<Action> assign(AttemptId attempt) {
        return tell(new Signal.Received(assignment(attempt)));
    }

    private List<Action> stop(AttemptId attempt) {
        return tell(new Signal.Received(new CoordinatorMessage.StopAttempt("w", "i", attempt, "cancelled")));
    }

    private static CoordinatorMessage.Assignment assignment(AttemptId attempt) {
        return new CoordinatorMessage.Assignment("w", "i", attempt, Duration.ofSeconds(9), Tasks.verify("true"));
    }

    private static CoordinatorMessage.Assignment agent(AttemptId attempt) {
        JobSpec job = Tasks.job(TaskKind.AGENT, Optional.of("true"), Optional.empty(), Duration.ofHours(1));
        return new CoordinatorMessage.Assignment("w", "i", attempt, Duration.ofSeconds(9), job);
    }
}
