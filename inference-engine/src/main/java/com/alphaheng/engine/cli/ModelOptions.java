package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.backend.Tuning;
import com.alphaheng.engine.graph.Optimizations;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;

/// The options of every command that runs a model.
public final class ModelOptions {

    @Option(names = {"-m", "--model"}, paramLabel = "DIR",
        description = "Model folder, Hugging Face or MMFP4 (default: the tiny-java-glm that comes with marlin).")
    private Path model;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto",
        description = "reference, cpu, metal, or auto for the best that is available (default: ${DEFAULT-VALUE}).")
    private String backend;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
        description = "Threads of a CPU back end (default: one per core).")
    private int threads;

    @Option(names = "--precision", paramLabel = "P", defaultValue = "exact",
        description = "How the C kernels of the CPU round a prompt's activations: exact (float32), or for faster"
            + " prefill int16 (15 bits) or int8 (as llama.cpp). Default: ${DEFAULT-VALUE}.")
    private Precision precision;

    @Option(names = "--memory", paramLabel = "SIZE",
        description = "Keep within this much memory, such as 8g: experts are streamed from the file.")
    private String memory;

    @Option(names = "--tuning", paramLabel = "NAME=N,...", defaultValue = "",
        description = "Replaces values of the tuning table for this run; see ./marlin tuning.")
    private String tuning;

    @Option(names = "--kv", paramLabel = "FORMAT",
        description = "Format of the KV cache: f32, f16, int8 or fp4 (default: f16).")
    private String cacheFormat;

    @Option(names = "--eos-interval", paramLabel = "N", defaultValue = "8",
        description = "On a GPU: look for the end of the text every N tokens, 1 to 16 (default: ${DEFAULT-VALUE}).")
    private int endCheckInterval;

    /// The model folder meant.
    public Path directory() {
        return model != null ? model : shippedModel();
    }

    /// The folder of the model that is part of the repository.
    static Path shippedModel() {
        return Path.of(System.getProperty("marlin.root", "."), "inference-engine", "models", "tiny-java-glm");
    }

    /// With this rung, save that `--kv` has the last word on the cache's format.
    public EngineOptions engineOptions(Optimizations rung) {
        if (threads < 0) {
            throw new IllegalArgumentException("--threads must be at least 1, or 0 for one per core, not " + threads);
        }
        Optimizations optimizations = cacheFormat == null ? rung
            : rung.withCacheFormat(CacheFormat.parse(cacheFormat));
        return new EngineOptions(backend, new DeviceOptions(threads, memory == null ? 0 : bytes(memory),
            precision, Tuning.here().with(tuning)), optimizations, endCheckInterval);
    }

    /// Opens the model.
    public Engine open() {
        return open(Optimizations.standard());
    }

    public Engine open(Optimizations rung) {
        if (memory != null && !backend.equals("cpu") && !backend.equals("auto")) {
            throw new UnavailableException("--memory works with the cpu back end only, not with " + backend);
        }
        return Engine.open(directory(), engineOptions(rung));
    }

    /// Parses `8g`, `512m`, `1000000`.
    static long bytes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int shift = switch (lower.isEmpty() ? ' ' : lower.charAt(lower.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
        try {
            String number = shift == 0 ? lower : lower.substring(0, lower.length() - 1);
            long value = (long) (Double.parseDouble(number) * (1L << shift));
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a size: '" + text + "': use a number such as 8g or 512m", e);
        }
        throw new IllegalArgumentException("not a size: '" + text + "': use a number above 0 with k, m or g");
    }
}
