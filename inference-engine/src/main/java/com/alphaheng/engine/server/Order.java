package com.alphaheng.engine.server;

import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.sampling.Sampling;

/// What a request comes to for the engine.
///
/// @param prompt ids
/// @param field  of the request that the prompt comes from
public record Order(int[] prompt, String field, Sampling sampling, Completion.Limits limits) { }
