/// Runs the roadmap: one thread, the shard, decides; the log makes it durable; only then does anybody hear of it.
///
/// Free of frameworks: what it needs from Kafka it names as ports, [com.alphaheng.coordinator.runtime.EventLog] and
/// [com.alphaheng.coordinator.runtime.ReportSource].
package com.alphaheng.coordinator.runtime;
