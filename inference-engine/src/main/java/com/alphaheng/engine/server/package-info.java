/// The OpenAI-compatible server without its HTTP: [ChatRequest] and [CompletionRequest] read what a client sent,
/// [Scheduler] gives requests their turns on the engine's one owner thread, [ReplyForm] says the reply as OpenAI
/// does. Users of `Engine` and `Session`; `server.http` carries it over the wire.
package com.alphaheng.engine.server;
