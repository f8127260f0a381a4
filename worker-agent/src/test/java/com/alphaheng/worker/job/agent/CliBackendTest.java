package com.alphaheng.worker.job.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.StopSwitch;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How the words with which agent CLIs end are understood. The words are those that their users report.
class CliBackendTest {
    private static final AttemptOutput SILENT = new AttemptOutput() {
        @Override
        public void line(String source, String text) {
            assertThat(source).isNotEmpty();
        }

        @Override
        public void close() {
            // Nothing is held back.
        }
    };

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            You've hit your usage limit. Try again in 3 days 4 hours 9 minutes.              | RATE_LIMIT | 274_140
            You've hit your limit · resets 2pm (America/New_York)                            | RATE_LIMIT |
            exceeded retry limit, last status: 429 Too Many Requests                         | RATE_LIMIT |
            Quota exceeded for quota metric 'Gemini 2.5 Pro Requests', retry in 52.3s        | RATE_LIMIT | 52
            You have exhausted your capacity on this model. Your quota will reset after 1h1m3s. | RATE_LIMIT | 3663
            {"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}                             | RATE_LIMIT |
            Credit balance is too low                                                        | RATE_LIMIT |
            {"type":"error","error":{"type":"rate_limit_error","message":"wait"}}            | RATE_LIMIT |
            Invalid API key · Please run /login                                              | AUTH       |
            API key not valid. Please pass a valid API key.                                  | AUTH       |
            OAuth token has expired. Please obtain a new token or refresh your existing one. | AUTH       |
            Please set an Auth method in your /home/a/.gemini/settings.json                  | AUTH       |
            unexpected status 401 Unauthorized: Missing bearer                               | AUTH       |
            API Error: 529 {"type":"error","error":{"type":"overloaded_error"}}              | OVERLOAD   |
            stream disconnected: 503 Service Unavailable                                     | OVERLOAD   |
            Cannot find module './kernel.js'                                                 | CRASH      |
            """)
    void lastWordsSayWhatKindOfFailureItWas(String words, AgentFailure kind, String seconds) throws Exception {
        AgentRun.Failed failed = (AgentRun.Failed) run(1, List.of("working", words), "");
        assertThat(failed.failure()).isEqualTo(kind);
        assertThat(failed.reason()).startsWith("exit status 1: ").contains(words.substring(0, 8));
        assertThat(failed.retryAfter()).isEqualTo(Optional.ofNullable(seconds).map(text ->
                Duration.ofSeconds(Long.parseLong(text.replace("_", "")))));
    }

    @Test
    void whatItReadOrWasMerelyToldOnTheWayIsNoFailure() throws Exception {
        List<String> lines = new java.util.ArrayList<>(List.of("Server.java:429: throw new TooManyRequests(429)"));
        for (int i = 0; i < 12; i++) {
            lines.add("edited file " + i);
        }
        lines.add("{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"allowed\"}}");
        lines.add("Segmentation fault");
        assertThat(((AgentRun.Failed) run(139, lines, "")).failure()).isEqualTo(AgentFailure.CRASH);
    }

    @Test
    void oneThatEndsWellAllTheSameKeepsItsTroubleForWhenNothingChanged() throws Exception {
        AgentRun.Done done = (AgentRun.Done) run(0, List.of("[API Error: 429 Too Many, retry after 30 s]"), "");
        assertThat(done.trouble()).get().satisfies(trouble -> {
            assertThat(trouble.failure()).isEqualTo(AgentFailure.RATE_LIMIT);
            assertThat(trouble.retryAfter()).contains(Duration.ofSeconds(30));
        });
        assertThat(((AgentRun.Done) run(0, List.of("done"), "")).trouble()).isEmpty();
    }

    @Test
    void costsAreAddedUpAndWhatIsNoNumberCountsNothing() throws Exception {
        assertThat(run(0, List.of("tokens used: 12,345, cost 0.75 USD"), "used: (?<tokens>[\\d,]+), cost (?<usd>\\S+)")
                .usage()).isEqualTo(new Usage(12_345, new BigDecimal("0.75")));
        assertThat(run(0, List.of("in 3 out 4 of 1e-2 $", "bye"),
                "in (?<tokensIn>.) out (?<tokensOut>.) of (?<usd>\\S+)").usage())
                .isEqualTo(new Usage(7, new BigDecimal("0.01")));
        assertThat(run(1, List.of("tokens: unknown"), "tokens: (?<tokens>.*)").usage()).isEqualTo(Usage.NONE);
    }

    private static AgentRun run(int status, List<String> lines, String usage) throws Exception {
        Commands commands = (request, stop, output) -> new Commands.Exited(status, lines, Duration.ofSeconds(1),
                Optional.empty(), List.of(), Optional.empty());
        return new CliBackend(new CliBackend.Settings("a", "a-cli", Duration.ofMinutes(1), Map.of(),
                new Confinement.Agent(List.of()), usage.isEmpty() ? Optional.empty()
                : Optional.of(Pattern.compile(usage))), commands).run(new AgentBackend.Request(
                new AttemptId("c", "t", 1), "make it fast", Path.of("."), Map.of(), Duration.ofMinutes(5),
                new Allowance(Optional.empty(), Optional.empty(), Optional.empty()), most -> actual -> { },
                new StopSwitch(), SILENT));
    }
}
