package com.alphaheng.engine.backend.op;

/// An operation that multiplies weights, each with the values of all tokens. With few tokens reading the weights is
/// most of its cost, with many the products are, so that back ends go about the two in different ways.
public interface WeighsTokens {
    /// T, at least 1.
    int tokenCount();
}
