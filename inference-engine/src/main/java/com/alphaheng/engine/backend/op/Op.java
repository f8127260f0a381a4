package com.alphaheng.engine.backend.op;

/// One operation of a step: what to compute, on which buffers and weights. Immutable, so that a step recorded once
/// can be run many times; what changes between steps (position, ids) is read from device buffers ([Control]).
///
/// In the docs of the operations T is the token count (1 in plain decode), h the hidden size, H the heads, l the
/// latent rank, n / r / v the nope, rope and value widths, k the experts per token, i the expert width. Buffers are
/// float32 and row-major. Outputs never alias inputs unless named `inout`.
///
/// *Fused* operations do in one dispatch what several *plain* ones do; the plain ones are what the unfused rung of
/// the ladder runs. Each is defined by the class of the same name (prefix `Reference`) in `cpu.reference`.
public sealed interface Op permits Embed, RmsNorm, Linear, Rope, CacheWrite, AbsorbQuery, LatentAttention, ExpandValue,
    SwiGlu, Route, ExpertLinear, Combine, Add, Copy, Concat, ArgMax, NormLinear, LinearResidual, RopeCacheWrite,
    MlaAttention, NormGateUp, NormRoute, ExpertGateUp, ExpertDown, SelectNext, SampleNext, Advance {

    /// Where in the model this is, for errors and traces, such as `layer 3 route`.
    String label();

    Component component();
}
