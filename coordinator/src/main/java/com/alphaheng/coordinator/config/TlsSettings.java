package com.alphaheng.coordinator.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/// Turns `heng.tls.key-store` and `heng.tls.key-store-password` into the framework's settings: with a key store, the
/// port speaks HTTPS and nothing else.
public final class TlsSettings implements ConfigSourceFactory {
    /// Above the packaged application.properties (250), below what users say (300 and more).
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        String keyStore = value(context, "heng.tls.key-store", "");
        if (keyStore.isBlank()) {
            return List.of();
        }
        Map<String, String> settings = new HashMap<>();
        settings.put("quarkus.http.ssl.certificate.key-store-file", keyStore);
        settings.put("quarkus.http.ssl.certificate.key-store-password",
                value(context, "heng.tls.key-store-password", ""));
        settings.put("quarkus.http.ssl-port", value(context, "heng.port", "7600"));
        settings.put("quarkus.http.insecure-requests", "disabled");
        return List.of(new PropertiesConfigSource(settings, "heng.tls", ORDINAL));
    }

    private static String value(ConfigSourceContext context, String name, String otherwise) {
        ConfigValue value = context.getValue(name);
        return value == null || value.getValue() == null ? otherwise : value.getValue();
    }
}
