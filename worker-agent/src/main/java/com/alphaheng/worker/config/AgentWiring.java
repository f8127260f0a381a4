package com.alphaheng.worker.config;

import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.http.OpenAiEndpoint;
import com.alphaheng.worker.job.AgentParts;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.Integration;
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
import com.alphaheng.worker.job.tune.TuneBackend;
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
                throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "heng.worker.agent-order names '" + name
                        + "', which is not configured", "configure heng.worker.agents." + name + ".command or .url");
            }
        }
        limits.keySet().stream().filter(name -> !preferred.contains(name)).forEach(preferred::add);
        backends.put(PatchBackend.NAME, new PatchBackend(files));
        limits.put(PatchBackend.NAME, BackendLimits.NONE);
        limits.put(TuneBackend.NAME, BackendLimits.NONE);
        backends.put(RevertBackend.NAME, new RevertBackend(commands));
        limits.put(RevertBackend.NAME, BackendLimits.NONE);
        return new AgentParts(backends, preferred, new AgentRouter(limits),
                new SpendLedger(spending, InstantSource.system()), integration, files, new SecureRandom(),
                running);
    }

    static AgentBackend backend(String name, AgentConfiguration agent, Commands commands, SourceFiles files)
            throws EnvironmentFailure {
        String place = "heng.worker.agents." + name;
        Optional<String> key = agent.key().flatMap(JobEnvironment::value);
        if (agent.key().isPresent() && key.isEmpty()) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, place + ".key names the variable " + agent.key().get()
                    + ", which is not set", "set it in the worker's environment");
        }
        if (agent.command().isPresent()) {
            Map<String, String> environment = key.map(value -> Map.of(agent.key().get(), value)).orElse(Map.of());
            return new CliBackend(new CliBackend.Settings(name, agent.command().get(), agent.silence(), environment,
                    agent.confined() ? new Confinement.Agent(JobEnvironment.paths(agent.writable())) : Confinement.OPEN,
                    agent.usage().isPresent() ? Optional.of(pattern(place, agent.usage().get())) : Optional.empty()),
                    commands);
        }
        if (agent.url().isPresent() && agent.model().isPresent()) {
            return new EditRunLoop(new EditRunLoop.Settings(name, agent.turns(), agent.tokensPerTurn(),
                    agent.callsPerMinute(), agent.usdPerMillionPromptTokens(), agent.usdPerMillionCompletionTokens()),
                    new OpenAiEndpoint(agent.url().get(), agent.model().get(), key), files, commands);
        }
        throw new EnvironmentFailure(Code.BAD_CONFIGURATION, place + " is neither a command nor an endpoint",
                "give it " + place + ".command, or .url and .model");
    }

    private static Pattern pattern(String place, String text) throws EnvironmentFailure {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, place + ".usage is no regular expression ("
                    + e.getDescription() + ")", "correct it", e);
        }
    }
}
