package com.alphaheng.engine.backend;

/// What a device has done since it was opened. Part of the product: `./marlin bench` prints them per token.
///
/// @param hostWaits      times the host waited for the device
/// @param submissions    programs submitted (command buffers committed)
/// @param operations     operations submitted, as recorded: the same number on every back end
/// @param dispatches     kernels started for them; a GPU's operation may take several, a host's is one
/// @param encodeNanos    time the host spent encoding submissions
/// @param bytesAllocated bytes of device buffers allocated
/// @param gpuNanos       time a GPU spent on finished submissions; 0 where the operations run on the host
public record DeviceCounters(long hostWaits, long submissions, long operations, long dispatches, long encodeNanos,
                             long bytesAllocated, long gpuNanos) {

    public DeviceCounters minus(DeviceCounters before) {
        return new DeviceCounters(hostWaits - before.hostWaits, submissions - before.submissions,
            operations - before.operations, dispatches - before.dispatches, encodeNanos - before.encodeNanos,
            bytesAllocated - before.bytesAllocated, gpuNanos - before.gpuNanos);
    }
}
