package com.alphaheng.engine.cli;

import com.alphaheng.engine.sampling.GenerationDefaults;
import com.alphaheng.engine.sampling.Sampling;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/// The options of every command that chooses tokens. What is not given is as the model recommends
/// (generation_config.json).
final class SamplingOptions {

    @Option(names = "--temperature", paramLabel = "T",
        description = "0 for greedy, 1 for the model's own distribution (default: as the model recommends).")
    private Float temperature;

    @Option(names = "--greedy", description = "Always the most probable token: the same as --temperature 0.")
    private boolean greedy;

    @Option(names = "--top-k", paramLabel = "K", description = "Only the K most probable tokens; 0 for all.")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "P",
        description = "Only the most probable tokens that together have this probability.")
    private Float topP;

    @Option(names = "--min-p", paramLabel = "P", defaultValue = "0",
        description = "Only tokens with at least this share of the best one's probability.")
    private float minP;

    @Option(names = "--repetition-penalty", paramLabel = "R", defaultValue = "1",
        description = "Above 1: tokens seen already become less probable.")
    private float repetitionPenalty;

    @Option(names = "--presence-penalty", paramLabel = "A", defaultValue = "0",
        description = "Subtracted once from the logit of a token generated before.")
    private float presencePenalty;

    @Option(names = "--frequency-penalty", paramLabel = "A", defaultValue = "0",
        description = "Subtracted for every time that a token was generated.")
    private float frequencyPenalty;

    @Option(names = "--logit-bias", paramLabel = "ID=BIAS", split = ",",
        description = "Added to the logits of these token ids.")
    private Map<Integer, Float> logitBias = new LinkedHashMap<>();

    @Option(names = "--seed", paramLabel = "N",
        description = "Same seed, same text (default: another each time; --stats tells it).")
    private Long seed;

    /// The sampling meant, for the model in this folder.
    Sampling sampling(Path model) {
        GenerationDefaults defaults = GenerationDefaults.read(model);
        float heat = greedy ? 0 : temperature != null ? temperature : defaults.temperature();
        // Six digits: short enough to type again.
        long number = seed != null ? seed : new SplittableRandom().nextInt(1_000_000);
        return new Sampling(heat, topK != null ? topK : defaults.topK(), topP != null ? topP : defaults.topP(), minP,
            repetitionPenalty, presencePenalty, frequencyPenalty, logitBias, number);
    }
}
