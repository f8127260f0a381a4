package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.runtime.Shard;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready means: this coordinator is the active one and has read its log. One that stands by is well, but not ready.
@Readiness
class ActiveCheck implements HealthCheck {
    private final Shard shard;

    ActiveCheck(Shard shard) {
        this.shard = shard;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("roadmap").status(shard.active())
                .withData("waitingRequests", shard.queueLength()).build();
    }
}
