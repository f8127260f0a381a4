package com.alphaheng.engine.backend;

/// One layer's part of a session's KV cache.
///
/// @param buffer [CacheLayout#bytes()] bytes
/// @param layout where things lie in it
public record CacheLayer(DeviceBuffer buffer, CacheLayout layout) { }
