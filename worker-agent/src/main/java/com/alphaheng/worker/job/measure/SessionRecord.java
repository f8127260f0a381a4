package com.alphaheng.worker.job.measure;

import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One benchmark session as it was, for whoever doubts its figure: every run in its order, the heat around each block,
/// and which blocks were set aside.
public final class SessionRecord {
    private final String machine;
    private final Map<String, String> environment;
    private final String metric;
    private final List<Block> blocks = new ArrayList<>();

    /// @param environment what else of this machine may matter to a measurement, as probed when the session begins
    public SessionRecord(String machine, Map<String, String> environment, String metric) {
        this.machine = machine;
        this.environment = Map.copyOf(environment);
        this.metric = metric;
    }

    /// @param side  `base` or `candidate`
    /// @param seed  of its inputs
    /// @param value of the session's metric
    @JsonPropertyOrder({"side", "seed", "start", "seconds", "value"})
    public record Run(String side, long seed, Instant start, double seconds, double value) {
    }

    /// @param counted false if it was set aside because of heat or sleep
    @JsonPropertyOrder({"counted", "heatBefore", "heatAfter", "runs"})
    public record Block(boolean counted, String heatBefore, String heatAfter, List<Run> runs) {
        public Block {
            runs = List.copyOf(runs);
        }
    }

    @JsonPropertyOrder({"machine", "environment", "metric", "estimate", "blocks"})
    private record Document(String machine, Map<String, String> environment, String metric,
                            Optional<RatioEstimate> estimate, List<Block> blocks) {
    }

    public void add(Block block) {
        blocks.add(block);
    }

    /// @param estimate what came out, if anything did
    public String json(Optional<RatioEstimate> estimate) {
        try {
            return ProtocolCodec.jsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(
                    new Document(machine, environment, metric, estimate, blocks)) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("records of texts and numbers have no JSON", e);
        }
    }
}
