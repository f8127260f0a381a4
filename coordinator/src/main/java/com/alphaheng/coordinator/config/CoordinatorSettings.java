package com.alphaheng.coordinator.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The coordinator's settings: system properties `heng.*` or environment variables `HENG_*`.
@ConfigMapping(prefix = "heng")
public interface CoordinatorSettings {
    /// Kafka bootstrap servers, host:port, several separated by commas.
    @WithDefault("127.0.0.1:7692")
    String kafka();

    /// Further Kafka client settings, such as `heng.kafka-client."security.protocol"`.
    Map<String, String> kafkaClient();

    /// Address the HTTP server binds to.
    @WithDefault("127.0.0.1")
    String host();

    @WithDefault("7600")
    int port();

    /// A snapshot is taken whenever the log has grown by so many facts.
    @WithDefault("50000")
    long snapshotEvery();

    /// Key of the secrets in the log, at least 32 random characters; for those who would not have it in a file.
    Optional<String> secretKey();

    /// Default: `.alphaheng/secrets.key` in the home folder, made when first needed. Coordinators that stand in for one
    /// another need the same.
    Optional<String> secretKeyFile();

    Tls tls();

    Webhooks webhooks();

    Artifacts artifacts();

    /// Files that attempts leave.
    interface Artifacts {
        /// Default: `.alphaheng/artifacts` in the home folder. Coordinators that stand in for one another share it.
        Optional<String> folder();

        /// Bytes of all.
        @WithDefault("21474836480")
        long quota();
    }

    /// HTTPS for the port.
    interface Tls {
        /// PKCS 12 or JKS; without it the port speaks HTTP.
        Optional<String> keyStore();

        Optional<String> keyStorePassword();
    }

    /// How notifications are sent.
    interface Webhooks {
        /// Before the first repetition; doubles with each further one.
        @WithDefault("PT1S")
        Duration firstWait();

        /// For connection and answer.
        @WithDefault("PT10S")
        Duration patience();
    }

    /// Name of this process in the log; its process id when absent.
    Optional<String> instance();
}
