package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.DeviceCounters;

import java.util.concurrent.atomic.AtomicLong;

/// What all streams of a device did. Plain atomics: counting a token must not allocate.
final class StreamCounters {
    final AtomicLong hostWaits = new AtomicLong();
    final AtomicLong commandBuffers = new AtomicLong();
    final AtomicLong operations = new AtomicLong();
    final AtomicLong dispatches = new AtomicLong();
    final AtomicLong encodeNanos = new AtomicLong();
    final AtomicLong gpuNanos = new AtomicLong();

    DeviceCounters snapshot(long bytesAllocated) {
        return new DeviceCounters(hostWaits.get(), commandBuffers.get(), operations.get(), dispatches.get(),
                encodeNanos.get(), bytesAllocated, gpuNanos.get());
    }
}
