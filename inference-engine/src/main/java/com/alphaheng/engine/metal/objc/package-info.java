/// The raw layer to Objective-C and Metal: the only package of the engine that links foreign functions for the GPU.
///
/// It knows messages ([com.alphaheng.engine.metal.objc.Selector]), their exact C shapes
/// ([com.alphaheng.engine.metal.objc.Signature]) and how to send them
/// ([com.alphaheng.engine.metal.objc.MessageSend]). It owns no object and interprets no result; that is the
/// business of `com.alphaheng.engine.metal`. Objects, selectors and pointers travel as `long`: on every 64-bit ABI
/// in use a pointer and a 64-bit integer share a register class, and a `long` costs no allocation per call.
package com.alphaheng.engine.metal.objc;
