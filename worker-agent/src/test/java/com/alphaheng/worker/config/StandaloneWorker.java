package com.alphaheng.worker.config;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/// The worker as the program runs it, less the container, so that a test can start it from its own class path.
public final class StandaloneWorker {
    private StandaloneWorker() {
    }

    public static WorkerConfiguration configuration() {
        SmallRyeConfig config = new SmallRyeConfigBuilder().addDefaultSources().addDefaultInterceptors()
                .addDiscoveredConverters().withMapping(WorkerConfiguration.class).build();
        return config.getConfigMapping(WorkerConfiguration.class);
    }

    public static void main(String[] arguments) throws Exception {
        WorkerService service = new WorkerService(configuration());
        service.start();
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                service.stop(new ShutdownEvent());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }));
        stopped.await();
    }
}
