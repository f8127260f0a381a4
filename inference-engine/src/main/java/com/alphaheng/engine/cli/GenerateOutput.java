package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.chat.ReplyPart;
import com.alphaheng.engine.chat.ToolCall;
import com.alphaheng.engine.graph.DraftCounters;
import com.alphaheng.engine.sampling.Sampling;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What `generate` prints: the text as it comes, or one JSON object at the end.
final class GenerateOutput {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintWriter out;
    private final PrintWriter error;
    private final boolean json;
    private final boolean chat;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();

    GenerateOutput(PrintWriter out, PrintWriter error, boolean json, boolean chat) {
        this.out = out;
        this.error = error;
        this.json = json;
        this.chat = chat;
    }

    void echo(String prompt) {
        if (!json) {
            print(prompt);
        }
    }

    void add(ReplyPart part) {
        switch (part) {
            case ReplyPart.Content content -> {
                text.append(content.text());
                if (!json) {
                    print(content.text());
                }
            }
            case ReplyPart.Reasoning thought -> {
                reasoning.append(thought.text());
                if (!json) {
                    error.print(thought.text());
                    error.flush();
                }
            }
            case ReplyPart.Call call -> {
                calls.add(call.call());
                if (!json) {
                    print("\n" + line(Map.of("name", call.call().name(), "arguments", call.call().arguments())) + "\n");
                }
            }
        }
    }

    private void print(String piece) {
        out.print(piece);
        out.flush();
    }

    /// True once nobody reads the output any more, as behind `| head`.
    boolean closedByReader() {
        return out.checkError();
    }

    void end(Completion completion, Sampling sampling, Session session, double loadSeconds, boolean stats) {
        DraftCounters drafts = session.timeline().draftCounters();
        if (json) {
            out.println(line(report(completion, sampling, session.engine(), loadSeconds, drafts)));
        } else if (text.isEmpty() || text.charAt(text.length() - 1) != '\n') {
            out.println();
        }
        out.flush();
        if (stats && !json) {
            error.println();
            error.printf(Locale.ROOT, "prompt %d tokens, %d of them new, %.1f tok/s; generated %d tokens, %.1f tok/s;"
                    + " ended by %s; seed %d; loaded in %.2f s%n", completion.promptTokens(),
                completion.computedTokens(), completion.prefillRate(), completion.tokens(), completion.decodeRate(),
                finish(completion), sampling.seed(), loadSeconds);
            if (drafts.depth() > 0) {
                error.printf(Locale.ROOT, "drafts accepted %s; %.2f tokens a step%n", acceptance(drafts).stream()
                    .map(share -> String.format(Locale.ROOT, "%.2f", share)).collect(Collectors.joining(" / ")),
                    drafts.tokensPerStep());
            }
            error.flush();
        }
    }

    /// One share per depth.
    private static List<Double> acceptance(DraftCounters drafts) {
        return IntStream.rangeClosed(1, drafts.depth()).mapToObj(drafts::acceptance).toList();
    }

    private ObjectNode report(Completion completion, Sampling sampling, Engine engine, double loadSeconds,
                              DraftCounters drafts) {
        ObjectNode report = JSON.createObjectNode().put("text", text.toString());
        if (chat) {
            report.put("reasoning", reasoning.toString());
            report.set("toolCalls", JSON.valueToTree(calls));
        }
        if (drafts.depth() > 0) {
            report.put("tokensPerStep", drafts.tokensPerStep());
            report.set("draftAcceptance", JSON.valueToTree(acceptance(drafts)));
        }
        return report.put("finish", finish(completion)).put("promptTokens", completion.promptTokens())
            .put("computedPromptTokens", completion.computedTokens()).put("tokens", completion.tokens())
            .put("loadSeconds", loadSeconds)
            .put("prefillSeconds", completion.prefillSeconds()).put("decodeSeconds", completion.decodeSeconds())
            .put("prefillTokensPerSecond", completion.prefillRate())
            .put("decodeTokensPerSecond", completion.decodeRate()).put("temperature", sampling.temperature())
            .put("seed", sampling.seed()).put("backend", engine.backend()).put("model", engine.directory().toString());
    }

    /// The reason in words: `end of text`, `stop string`, `length`, `context full`, `interrupted`.
    static String finish(Completion completion) {
        return completion.finish().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String line(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new AssertionError("plain values have a JSON form", e);
        }
    }
}
