/// Kafka adapters: the transactional event log, the workers' reports, the attempts' output, and the topics themselves.
package com.alphaheng.coordinator.kafka;
