package com.alphaheng.worker.config;

import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `heng.worker.agents.NAME.*`: a command line agent that is known here if it has a `cli`, any other if it has a
/// `command`, a model behind an OpenAI-compatible endpoint if it has a `url`.
public interface AgentConfiguration {
    /// `codex`, `claude`, `glm`, `kimi`, `qwen` or `gemini`: how it is driven is known, see [AgentCli].
    Optional<String> cli();

    /// For bash, with the prompt in `$HENG_PROMPT`: `my-agent --yes "$HENG_PROMPT"`.
    Optional<String> command();

    /// Without output for so long it counts as hung.
    @WithDefault("PT10M")
    Duration silence();

    /// Whether it is kept from writing elsewhere than into its checkout, what is named below, and what is forgotten.
    @WithDefault("true")
    boolean confined();

    /// What it may change besides, `~/` being the home folder: where it keeps its login and settings. Default: the
    /// folder of its `cli`.
    Optional<List<String>> writable();

    /// Regular expression that finds in the output what a run cost: in the group `usd` its price, in the groups whose
    /// names begin with `tokens` what adds up to its tokens. The last line that fits counts.
    Optional<String> usage();

    /// Base URL of an OpenAI-compatible endpoint.
    Optional<String> url();

    /// Of an endpoint, or for a `cli` that shall not use its own default; a `command` finds it in `$HENG_MODEL`.
    Optional<String> model();

    /// Name of the environment variable that holds the key. The agent gets it under the same name, and under the one
    /// that its `cli` reads; jobs never do.
    Optional<String> key();

    @WithDefault("40")
    int turns();

    @WithDefault("4096")
    int tokensPerTurn();

    @WithDefault("0")
    BigDecimal usdPerMillionPromptTokens();

    @WithDefault("0")
    BigDecimal usdPerMillionCompletionTokens();

    OptionalInt runsPerMinute();

    /// Of an endpoint, over all its runs.
    OptionalInt callsPerMinute();

    @WithDefault("2")
    int atOnce();
}
