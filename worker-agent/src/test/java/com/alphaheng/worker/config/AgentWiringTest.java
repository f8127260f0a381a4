package com.alphaheng.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Allowance;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The agents' settings: what is wrong is named with its remedy, and each known CLI is really started as it wants.
class AgentWiringTest {
    @TempDir
    Path temporary;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            agents.a.silence=PT5M                  | agents.a is neither a CLI nor a command nor an endpoint
            agents.a.cli=cluade                    | agents.a.cli is 'cluade', which is not known here: choose from
            agents.a.cli=glm                       | agents.a.cli=glm needs a key of Z.ai: put it into a variable
            agents.a.cli=codex agents.a.command=x  | agents.a has cli and command: give it one of
            agents.a.command=x agents.a.key=NO_KEY | agents.a.key names the variable NO_KEY, which is not set
            agents.a.command=x agents.a.usage=(    | agents.a.usage is no regular expression
            agents.a.command=x agents.a.usage=\\d+ | agents.a.usage has neither a group (?<usd>...) nor
            agents.a.url=http://x/v1               | agents.a.url has no model beside it
            agents.a.url=x/v1 agents.a.model=m     | agents.a.url is 'x/v1': write it like http://
            agents.patch.command=x                 | agents.patch has the name of a backend that is always there
            """)
    void whatIsWrongIsNamedWithItsRemedy(String settings, String message) {
        assertThatThrownBy(() -> backend(settings)).hasMessageContaining(message);
    }

    @Test
    void aMisspeltSettingIsNamedWithThoseThatThereAre() {
        assertThat(SettingsCheck.problems(Map.of("heng.worker.agents.a.comand", "x"))).singleElement().asString()
                .startsWith("there is no setting heng.worker.agents.a.comand: an agent has at-once, calls-")
                .contains("command", "tokens-per-turn");
        assertThat(SettingsCheck.problems(Map.of("heng.worker.slot", "2"))).singleElement().asString()
                .startsWith("there is no setting heng.worker.slot: a worker has agent-order, ").contains(", secrets, ");
        assertThat(SettingsCheck.problems(Map.of("heng.worker.slots", "two"))).singleElement().asString()
                .isEqualTo("heng.worker.slots is 'two': Expected an integer value, got \"two\"");
        assertThat(SettingsCheck.problems(Map.of("heng.worker.agents.a.cli", "codex", "heng.worker.slots", "2")))
                .isEmpty();
    }

    /// Stands in for each program, prints how it was called, and what that CLI's documentation says it ends with.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            codex  | --json --dangerously-bypass-approvals-and-sandbox --model m - | CODEX_API_KEY        | 24885 | 0 \
            | {"type":"turn.completed","usage":{"input_tokens":24763,"cached_input_tokens":24448,"output_tokens":122}}
            claude | --print --output-format stream-json --verbose --permission-mode bypassPermissions --model m \
            | ANTHROPIC_API_KEY    | 16081 | 0.0123 | {"type":"result","subtype":"success","result":"ok",\
            "total_cost_usd":0.0123,"usage":{"input_tokens":4,"cache_creation_input_tokens":2532,\
            "cache_read_input_tokens":13460,"output_tokens":85,"service_tier":"standard"}}
            glm    | --print --output-format stream-json --verbose --permission-mode bypassPermissions --model m \
            | ANTHROPIC_AUTH_TOKEN | 89    | 0      | {"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":4,\
            "output_tokens":85}}
            kimi   | --prompt -a prompt's "text" --output-format stream-json --model m | KEY | 0 | 0 \
            | {"role":"assistant","content":"done"}
            qwen   | --yolo --output-format stream-json --model m --prompt -a prompt's "text" | OPENAI_API_KEY | 21 \
            | 0 | {"type":"result","subtype":"success","is_error":false,"usage":{"input_tokens":14,"output_tokens":7}}
            gemini | --approval-mode=yolo --output-format stream-json --model m --prompt -a prompt's "text" \
            | GEMINI_API_KEY | 450 | 0 | {"type":"result","stats":{"total_tokens":450,"input_tokens":150}}
            """)
    void eachKnownCliIsStartedAsDocumented(String cli, String arguments, String keyVariable, long tokens, String usd,
                                           String ending) throws Exception {
        String program = cli.equals("glm") ? "claude" : cli;
        // Where a confined command sees it.
        Path file = Files.createDirectories(checkout().resolve("bin")).resolve(program);
        Files.writeString(file, "#!/bin/bash\n[ \"$1\" != exec ] || shift\necho \"called $*\"\n"
                + "echo \"given $(head -c 30)\"\necho \"key $" + keyVariable + "\"\ncat <<'END'\n" + ending
                + "\nEND\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
        List<String> lines = new ArrayList<>();
        AgentRun run = backend("agents.a.cli=" + cli + " agents.a.model=m agents.a.key=HOME").run(
                new AgentBackend.Request(new AttemptId("c", "t", 1), "-a prompt's \"text\"", checkout(), Map.of(),
                Duration.ofMinutes(5), new Allowance(Optional.empty(), Optional.empty(), Optional.empty()),
                most -> actual -> { }, new StopSwitch(), told(lines)));
        assertThat(run).as("%s", lines).isInstanceOf(AgentRun.Done.class);
        assertThat(lines).contains("called " + arguments);
        if (!arguments.contains("text")) {
            assertThat(lines).as("given as input instead").contains("given -a prompt's \"text\"");
        }
        if (!cli.equals("kimi")) {
            assertThat(lines).anyMatch(line -> line.matches("key /.*"));
        }
        assertThat(run.usage().tokens()).isEqualTo(tokens);
        assertThat(run.usage().usd()).isEqualByComparingTo(usd);
    }

    private Path checkout() throws Exception {
        Path checkout = Files.createDirectories(temporary.resolve("work/checkouts/one"));
        Files.writeString(checkout.resolve(".git"), "gitdir: elsewhere\n");
        return checkout;
    }

    private AgentBackend backend(String settings) throws Exception {
        Map<String, String> values = new HashMap<>();
        for (String setting : settings.split(" ")) {
            values.put("heng.worker." + setting.substring(0, setting.indexOf('=')),
                    setting.substring(setting.indexOf('=') + 1));
        }
        AgentConfiguration agent = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withDefaultValues(values).withMapping(WorkerConfiguration.class).build()
                .getConfigMapping(WorkerConfiguration.class).worker().agents().values().iterator().next();
        String name = settings.split("\\.")[1];
        Path work = Files.createDirectories(temporary.resolve("work"));
        return AgentWiring.backend(name, agent, new ProcessCommands(new ExecSettings(Reach.of(work, Optional.empty(),
                List.of(), List.of()), Map.of("PATH", work.resolve("checkouts/one/bin") + ":/usr/bin:/bin:/usr/sbin"),
                new SecretMask(List.of()), Limits.DEFAULT), new CommandLine()), new DiskFiles());
    }

    private static AttemptOutput told(List<String> lines) {
        return new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                lines.add(text);
            }

            @Override
            public void close() {
                lines.add("closed");
            }
        };
    }

    @Test
    void aCommandFindsItsModelInAVariable() throws Exception {
        List<String> lines = new ArrayList<>();
        backend("agents.a.command=printenv\tHENG_MODEL agents.a.model=glm-4.7").run(new AgentBackend.Request(
                new AttemptId("c", "t", 1), "p", checkout(), Map.of(), Duration.ofMinutes(5),
                new Allowance(Optional.empty(), Optional.empty(), Optional.empty()), most -> actual -> { },
                new StopSwitch(), told(lines)));
        assertThat(lines).contains("glm-4.7");
    }
}
