package com.alphaheng.worker.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The agent CLIs that a worker knows how to drive without a person: `heng.worker.agents.NAME.cli`. Each line makes
/// its CLI act without asking, which it may since the worker confines it; prints as it goes, so that silence means
/// that it hangs; and ends with what the run cost, where it says so at all. After the vendors' documentation of 2026.
enum AgentCli {
    /// https://developers.openai.com/codex/noninteractive. Its own sandbox is left out: on macOS one cannot be put
    /// into another.
    CODEX("codex exec --json --dangerously-bypass-approvals-and-sandbox ${HENG_MODEL:+--model \"$HENG_MODEL\"} - "
            + "<<< \"$HENG_PROMPT\"", "CODEX_API_KEY", "~/.codex",
            "\"turn\\.completed\".*?\"input_tokens\":(?<tokensIn>\\d+).*?\"output_tokens\":(?<tokensOut>\\d+)"),
    /// https://code.claude.com/docs/en/headless. As root it refuses to act without asking unless it is told of the
    /// sandbox.
    CLAUDE("IS_SANDBOX=1 " + Lines.CLAUDE, "ANTHROPIC_API_KEY", "~/.claude",
            "\"total_cost_usd\":(?<usd>[\\d.eE+-]+)(?:.*?" + Lines.CLAUDE_TOKENS + ")?"),
    /// Zhipu has no CLI of its own; its models answer Claude Code, https://docs.z.ai/devpack/tool/claude. The cost
    /// that Claude Code states is at another vendor's prices, and not taken.
    GLM("IS_SANDBOX=1 ANTHROPIC_BASE_URL=https://api.z.ai/api/anthropic API_TIMEOUT_MS=3000000 " + Lines.CLAUDE,
            "ANTHROPIC_AUTH_TOKEN", "~/.claude", "\"total_cost_usd\".*?" + Lines.CLAUDE_TOKENS),
    /// https://moonshotai.github.io/kimi-code/en/guides/print.html. It does not print what a run cost.
    KIMI("kimi --prompt \"$HENG_PROMPT\" --output-format stream-json ${HENG_MODEL:+--model \"$HENG_MODEL\"}", "",
            "~/.kimi-code", ""),
    /// https://qwenlm.github.io/qwen-code-docs/en/users/features/headless
    QWEN("QWEN_CODE_SUPPRESS_YOLO_WARNING=1 qwen --yolo --output-format stream-json "
            + "${HENG_MODEL:+--model \"$HENG_MODEL\"} --prompt \"$HENG_PROMPT\"", "OPENAI_API_KEY", "~/.qwen",
            "\"type\":\"result\".*?\"input_tokens\":(?<tokensIn>\\d+).*?\"output_tokens\":(?<tokensOut>\\d+)"),
    /// https://geminicli.com/docs/cli/headless. In a folder that nobody has called trusted it asks all the same.
    GEMINI("GEMINI_TRUST_WORKSPACE=true gemini --approval-mode=yolo --output-format stream-json "
            + "${HENG_MODEL:+--model \"$HENG_MODEL\"} --prompt \"$HENG_PROMPT\"", "GEMINI_API_KEY", "~/.gemini",
            "\"type\":\"result\".*?\"total_tokens\":(?<tokens>\\d+)");

    private final String command;
    private final String keyVariable;
    private final String home;
    private final String usage;

    AgentCli(String command, String keyVariable, String home, String usage) {
        this.command = command;
        this.keyVariable = keyVariable;
        this.home = home;
        this.usage = usage;
    }

    /// What two of them share. An enum's own constants are not there yet when its values are made.
    private static final class Lines {
        static final String CLAUDE = "claude --print --output-format stream-json --verbose --permission-mode "
                + "bypassPermissions ${HENG_MODEL:+--model \"$HENG_MODEL\"} <<< \"$HENG_PROMPT\"";
        static final String CLAUDE_TOKENS = "\"usage\":\\{\"input_tokens\":(?<tokensIn>\\d+)"
                + "(?:,\"cache_creation_input_tokens\":(?<tokensWritten>\\d+))?"
                + "(?:,\"cache_read_input_tokens\":(?<tokensRead>\\d+))?,\"output_tokens\":(?<tokensOut>\\d+)";
    }

    static Optional<AgentCli> of(String word) {
        return Stream.of(values()).filter(cli -> cli.word().equals(word)).findFirst();
    }

    static String words() {
        return Stream.of(values()).map(AgentCli::word).collect(Collectors.joining(", "));
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// For bash, with the prompt in `$HENG_PROMPT` and, if one is chosen, the model in `$HENG_MODEL`.
    String command() {
        return command;
    }

    /// Where it looks for its key; empty if it takes none from the environment.
    Optional<String> keyVariable() {
        return keyVariable.isEmpty() ? Optional.empty() : Optional.of(keyVariable);
    }

    /// Where it keeps its login and sessions, and must be able to write.
    List<String> writable() {
        return List.of(home);
    }

    /// Finds what a run cost, see [AgentConfiguration#usage()].
    Optional<String> usage() {
        return usage.isEmpty() ? Optional.empty() : Optional.of(usage);
    }
}
