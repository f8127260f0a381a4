package com.alphaheng.engine.parity;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.graph.Optimizations;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// An input drawn by whoever judges a change of the engine: nobody could have prepared for it.
///
/// @param operation which way through the engine
/// @param size      prompt tokens, at least 1
/// @param seed      makes the prompt
public record Challenge(Operation operation, int size, long seed) {

    /// Ways through the engine that together run every kernel of a back end.
    public enum Operation {
        /// All tokens in one step.
        PREFILL(Precision.INT16, CacheFormat.F16, true),
        /// One token after the other.
        DECODE(Precision.INT16, CacheFormat.F16, true),
        /// All tokens in one step, activations as float32, cache as float32.
        EXACT(Precision.EXACT, CacheFormat.F32, true),
        /// One token after the other over an 8-bit cache.
        COMPACT(Precision.EXACT, CacheFormat.INT8, true),
        /// One token after the other by the ladder's plain operations.
        PLAIN(Precision.EXACT, CacheFormat.F32, false);

        private final Precision precision;
        private final CacheFormat cache;
        private final boolean fused;

        Operation(Precision precision, CacheFormat cache, boolean fused) {
            this.precision = precision;
            this.cache = cache;
            this.fused = fused;
        }

        Precision precision() {
            return precision;
        }

        Optimizations optimizations() {
            return (fused ? Optimizations.standard() : Optimizations.baseline()).withCacheFormat(cache);
        }

        boolean oneByOne() {
            return this == DECODE || this == COMPACT || this == PLAIN;
        }

        /// What answers are multiplied with, so that one tolerance fits all: where activations or cache are rounded to
        /// integers, an honest change of the order of sums tips some roundings, and logits move by up to 0.1 (measured
        /// with other numbers of rows a claim; 1e-4 where nothing is rounded).
        public double weight() {
            return precision == Precision.INT16 || cache.quantized() ? 0.05 : 1;
        }

        /// As written in inputs: `prefill`.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Challenge {
        if (size < 1) {
            throw new IllegalArgumentException("an input of size " + size + ": the least is 1");
        }
    }

    /// @param lines `operation size seed`, one input a line
    /// @throws IllegalArgumentException naming the first line that is none
    public static List<Challenge> parse(String lines) {
        return lines.lines().filter(line -> !line.isBlank()).map(Challenge::parseLine).toList();
    }

    private static Challenge parseLine(String line) {
        String[] words = line.strip().split("\\s+");
        try {
            if (words.length == 3) {
                return new Challenge(Operation.valueOf(words[0].toUpperCase(Locale.ROOT)), Integer.parseInt(words[1]),
                    Long.parseLong(words[2]));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(misread(line), e);
        }
        throw new IllegalArgumentException(misread(line));
    }

    private static String misread(String line) {
        return "'" + line + "' is no input: write 'OPERATION SIZE SEED' with one of "
            + Arrays.stream(Operation.values()).map(Operation::word).toList();
    }

    /// Random ids below the vocabulary's size.
    int[] prompt(int vocabulary) {
        Random random = new Random(seed);
        return random.ints(size, 0, vocabulary).toArray();
    }
}
