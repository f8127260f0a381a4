package com.alphaheng.engine.metal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

/// The arguments of a kernel as its `.metal` file declares them: a struct of 4-byte fields. A test holds every
/// constant here against the file.
enum ArgumentLayout {
    EMBED("EmbedArguments", "uint width", "uint vocabulary"),
    RMS_NORM("RmsNormArguments", "uint width", "uint inFirst", "uint inStride", "uint outStride", "uint outOffset",
            "float epsilon"),
    LINEAR("LinearArguments", "uint rows", "uint columns", "uint tokens", "uint inFirst", "uint accumulate"),
    NORM_LINEAR("NormLinearArguments", "uint firstRows", "uint secondRows", "uint columns", "uint inFirst",
            "float epsilon"),
    NORM_GATE_UP("NormGateUpArguments", "uint rows", "uint columns", "float epsilon"),
    ROPE("RopeArguments", "uint heads", "uint headStride", "uint offset", "uint width", "uint interleaved"),
    CACHE("CacheArguments", "uint latent", "uint rope", "uint rowBytes", "uint scaleOffset", "uint latentScales",
            "uint capacity"),
    ROPE_CACHE_WRITE("RopeCacheWriteArguments", "uint heads", "uint queryWidth", "uint nope", "uint interleaved",
            "float epsilon"),
    HEAD("HeadArguments", "uint heads", "uint nope", "uint rope", "uint value", "uint latent",
            "uint tokens"),
    ATTENTION("AttentionArguments", "uint heads", "uint nope", "uint rope", "uint latent", "uint splits",
            "float scale"),
    MERGE("MergeArguments", "uint heads", "uint nope", "uint value", "uint latent", "uint splits"),
    PREFILL("PrefillArguments", "uint heads", "uint nope", "uint rope", "uint latent", "uint rows", "float scale"),
    ELEMENT("ElementArguments", "uint count", "uint inFirst", "uint outFirst"),
    CONCAT("ConcatArguments", "uint count", "uint width"),
    COMBINE("CombineArguments", "uint count", "uint width", "uint perToken", "uint accumulate"),
    ROUTE("RouteArguments", "uint experts", "uint perToken", "uint groups", "uint keptGroups", "uint normalized",
            "uint columns", "float scale", "float epsilon"),
    EXPERT_LINEAR("ExpertLinearArguments", "uint rows", "uint columns", "uint tokens", "uint perToken", "uint experts",
            "uint inPerChoice"),
    EXPERT_GATE_UP("ExpertGateUpArguments", "uint rows", "uint sharedRows", "uint columns", "uint perToken",
            "uint experts"),
    EXPERT_DOWN("ExpertDownArguments", "uint rows", "uint columns", "uint sharedColumns", "uint perToken",
            "uint experts"),
    ARG_MAX("ArgMaxArguments", "uint vocabulary", "uint ringSize", "uint advance"),
    SAMPLE("SampleArguments", "uint vocabulary", "uint ringSize", "uint advance"),
    /// A single `constant uint&`.
    COUNT("uint", "uint count");

    private final String struct;
    private final List<String> fields;

    ArgumentLayout(String struct, String... fields) {
        this.struct = struct;
        this.fields = List.of(fields);
    }

    /// The struct's name in MSL.
    String struct() {
        return struct;
    }

    /// Type and name of each field, in order.
    List<String> fields() {
        return fields;
    }

    /// The struct with these values, integers for `uint` fields and floats for `float` ones, in this order.
    MemorySegment fill(Arena arena, Number... values) {
        if (values.length != fields.size()) {
            throw new IllegalArgumentException(struct + " has fields " + fields + ", given "
                    + Stream.of(values).toList());
        }
        MemorySegment segment = arena.allocate(values.length * 4L, 16);
        for (int index = 0; index < values.length; index++) {
            boolean real = fields.get(index).startsWith("float ");
            switch (values[index]) {
                case Integer number when !real -> segment.setAtIndex(JAVA_INT, index, number);
                case Float number when real -> segment.setAtIndex(JAVA_FLOAT, index, number);
                default -> throw new IllegalArgumentException(struct + "." + fields.get(index) + ": " + values[index]);
            }
        }
        return segment;
    }
}
