package com.alphaheng.worker.config;

import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.http.OpenAiEndpoint;
import com.alphaheng.worker.job.AgentParts;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.Integration;
import com.alphaheng.worker.job.TuneBackend;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentRouter;
import com.alphaheng.worker.job.agent.BackendLimits;
import com.alphaheng.worker.job.agent.CliBackend;
import com.alphaheng.worker.job.agent.EditRunLoop;
import com.alphaheng.worker.job.agent.PatchBackend;
import com.alphaheng.worker.job.agent.RevertBackend;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.agent.SpendLog;
import com.alphaheng.worker.job.seal.RunningCode;
import com.alphaheng.worker.job.seal.SourceFiles;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Makes backends of the configuration. `patch` and `revert` are always there, but only for tasks that name them.
final class AgentWiring {
    private AgentWiring() {
    }

    static AgentParts parts(Map<String, AgentConfiguration> configured, List<String> order, Commands commands,
                            Integration integration, SpendLog spending, RunningCode running) throws EnvironmentFailure {
        SourceFiles files = new DiskFiles();
        Map<String, AgentBackend> backends = new HashMap<>();
        Map<String, BackendLimits> limits = new LinkedHashMap<>();
        for (Map.Entry<String, AgentConfiguration> entry : new TreeMap<>(configured).entrySet()) {
            AgentConfiguration agent = entry.getValue();
            backends.put(entry.getKey(), backend(entry.getKey(), agent, commands, files));
            limits.put(entry.getKey(), new BackendLimits(agent.runsPerMinute(), agent.atOnce()));
        }
        List<String> preferred = new ArrayList<>(order);
        for (String name : order) {
            if (!backends.containsKey(name)) {
                throw wrong("heng.worker.agent-order names '" + name + "', which is not configured",
                        "configure heng.worker.agents." + name + ".cli, .command or .url");
            }
        }
        limits.keySet().stream().filter(name -> !preferred.contains(name)).forEach(preferred::add);
        backends.put(PatchBackend.NAME, new PatchBackend(files));
        limits.put(PatchBackend.NAME, BackendLimits.NONE);
        limits.put(TuneBackend.NAME, BackendLimits.NONE);
        backends.put(RevertBackend.NAME, new RevertBackend(integration));
        limits.put(RevertBackend.NAME, BackendLimits.NONE);
        return new AgentParts(backends, preferred, new AgentRouter(limits),
                new SpendLedger(spending, InstantSource.system()), integration, files, new SecureRandom(),
                running);
    }

    /// The backend of one agent.
    ///
    /// @throws EnvironmentFailure naming the setting that is wrong, or missing
    static AgentBackend backend(String name, AgentConfiguration agent, Commands commands, SourceFiles files)
            throws EnvironmentFailure {
        String place = "heng.worker.agents." + name;
        if (List.of(PatchBackend.NAME, RevertBackend.NAME, TuneBackend.NAME).contains(name)) {
            throw wrong(place + " has the name of a backend that is always there", "choose another name");
        }
        List<String> sorts = new ArrayList<>();
        agent.cli().ifPresent(_ -> sorts.add("cli"));
        agent.command().ifPresent(_ -> sorts.add("command"));
        agent.url().ifPresent(_ -> sorts.add("url"));
        if (sorts.size() != 1) {
            throw wrong(place + (sorts.isEmpty() ? " is neither a CLI nor a command nor an endpoint" : " has "
                    + String.join(" and ", sorts)), "give it one of " + place + ".cli (" + AgentCli.words()
                    + "), .command, or .url with .model");
        }
        Optional<String> key = agent.key().flatMap(JobEnvironment::value);
        if (agent.key().isPresent() && key.isEmpty()) {
            throw wrong(place + ".key names the variable " + agent.key().get() + ", which is not set",
                    "set it in the worker's environment");
        }
        if (agent.url().isEmpty()) {
            return new CliBackend(commandLine(name, place, agent, key), commands);
        }
        String model = agent.model().orElseThrow(() -> wrong(place + ".url has no model beside it",
                "name one with " + place + ".model, as the endpoint calls it"));
        if (!agent.url().get().matches("https?://[^/\\s]+.*")) {
            throw wrong(place + ".url is '" + agent.url().get() + "'", "write it like http://127.0.0.1:8080/v1");
        }
        return new EditRunLoop(new EditRunLoop.Settings(name, agent.turns(), agent.tokensPerTurn(),
                agent.callsPerMinute(), agent.usdPerMillionPromptTokens(), agent.usdPerMillionCompletionTokens()),
                new OpenAiEndpoint(agent.url().get(), model, key), files, commands);
    }

    private static CliBackend.Settings commandLine(String name, String place, AgentConfiguration agent,
                                                   Optional<String> key) throws EnvironmentFailure {
        Optional<AgentCli> known = agent.cli().flatMap(AgentCli::of);
        if (agent.cli().isPresent() && known.isEmpty()) {
            throw wrong(place + ".cli is '" + agent.cli().get() + "', which is not known here",
                    "choose from " + AgentCli.words() + ", or give " + place + ".command instead");
        }
        if (known.filter(cli -> cli == AgentCli.GLM).isPresent() && key.isEmpty()) {
            throw wrong(place + ".cli=glm needs a key of Z.ai", "put it into a variable of the worker's environment "
                    + "and name that with " + place + ".key");
        }
        Map<String, String> environment = new HashMap<>();
        agent.model().ifPresent(model -> environment.put("HENG_MODEL", model));
        key.ifPresent(value -> {
            environment.put(agent.key().get(), value);
            known.flatMap(AgentCli::keyVariable).ifPresent(variable -> environment.put(variable, value));
        });
        Optional<String> usage = agent.usage().or(() -> known.flatMap(AgentCli::usage));
        List<String> writable = agent.writable().orElseGet(() -> known.map(AgentCli::writable).orElse(List.of()));
        return new CliBackend.Settings(name, known.map(AgentCli::command).orElseGet(() -> agent.command().get()),
                agent.silence(), environment,
                agent.confined() ? new Confinement.Agent(JobEnvironment.paths(writable)) : Confinement.OPEN,
                usage.isPresent() ? Optional.of(pattern(place, usage.get())) : Optional.empty());
    }

    private static EnvironmentFailure wrong(String what, String remedy) {
        return new EnvironmentFailure(Code.BAD_CONFIGURATION, what, remedy);
    }

    private static Pattern pattern(String place, String text) throws EnvironmentFailure {
        try {
            Pattern pattern = Pattern.compile(text);
            if (pattern.namedGroups().keySet().stream().noneMatch(CliBackend::isCost)) {
                throw wrong(place + ".usage has neither a group (?<usd>...) nor one (?<tokens...>...)",
                        "name what it finds");
            }
            return pattern;
        } catch (PatternSyntaxException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, place + ".usage is no regular expression ("
                    + e.getDescription() + ")", "correct it", e);
        }
    }
}
