/// The Metal backend: owned Metal objects, the kernels' wrappers and the decode loop that never waits for the GPU.
///
/// Every object here is closed by its owner (try-with-resources); what a method lends, it says so. One platform
/// thread owns the GPU: nothing in this package is safe for use from two threads at once, except where stated.
package com.alphaheng.engine.metal;
