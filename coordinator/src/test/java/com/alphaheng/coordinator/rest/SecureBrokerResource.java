package com.alphaheng.coordinator.rest;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.lang.JoseException;

/// A Kafka with TLS, users and rights, an identity provider that publishes one key, and a key store for HTTPS: what a
/// coordinator that others reach is configured with.
public class SecureBrokerResource implements QuarkusTestResourceLifecycleManager {
    static final String ADMIN = "an-admin-token-for-this-test";
    static final String PASSWORD = "changeit";

    private static RsaJsonWebKey key;
    private static String issuer = "";
    private static SecureKafka kafka;
    private static ScriptedLogin login;
    private HttpServer provider;
    private Path folder;

    static RsaJsonWebKey key() {
        return key;
    }

    static ScriptedLogin login() {
        return login;
    }

    static SecureKafka kafka() {
        return kafka;
    }

    static String issuer() {
        return issuer;
    }

    @Override
    public Map<String, String> start() {
        try {
            key = RsaJwkGenerator.generateJwk(2048);
            key.setKeyId("k1");
            provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            issuer = "http://127.0.0.1:" + provider.getAddress().getPort() + "/realm";
            serve("/realm/.well-known/openid-configuration", "{\"jwks_uri\": \"" + issuer
                    + "/keys\", \"authorization_endpoint\": \"" + issuer + "/authorize\", "
                    + "\"token_endpoint\": \"" + issuer + "/token\"}");
            login = new ScriptedLogin(issuer, key);
            provider.createContext("/realm/authorize", login::authorize);
            provider.createContext("/realm/token", login::token);
            serve("/realm/keys", new JsonWebKeySet(key).toJson());
            provider.start();
            Path store = keyStore();
            kafka = new SecureKafka(store, PASSWORD, certificate(store));
            Map<String, String> settings = new HashMap<>(Map.of("heng.kafka", kafka.bootstrapServers(),
                    "heng.rate.per-second", "0"));
            kafka.client("coordinator").forEach((name, value) ->
                    settings.put("heng.kafka-client.\"" + name + "\"", value));
            settings.putAll(Map.of("heng.admin-token", ADMIN, "heng.oidc.issuer", issuer, "heng.oidc.role-claim",
                    "realm_access.roles", "heng.oidc.name-claim", "preferred_username", "heng.tls.key-store",
                    store.toString(), "heng.tls.key-store-password", PASSWORD, "quarkus.http.test-ssl-port", "0",
                    "heng.enrolment.kafka", "kafka.example:9093", "heng.enrolment.kafka-users", "true"));
            settings.put("heng.oidc.client-id", ScriptedLogin.CLIENT);
            settings.put("heng.oidc.client-secret", ScriptedLogin.SECRET);
            settings.put("heng.enrolment.kafka-client.\"security.protocol\"", "SASL_SSL");
            return settings;
        } catch (IOException | JoseException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(String path, String json) {
        provider.createContext(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private Path keyStore() throws IOException {
        folder = Files.createTempDirectory("heng-tls");
        Path store = folder.resolve("coordinator.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "coordinator", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "SAN=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass",
                PASSWORD).inheritIO().start();
        try {
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return store;
    }

    private Path certificate(Path store) throws IOException, GeneralSecurityException {
        byte[] encoded = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()).getCertificate("coordinator")
                .getEncoded();
        return Files.writeString(folder.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(encoded) + "\n-----END CERTIFICATE-----\n");
    }

    @Override
    public void stop() {
        provider.stop(0);
        try {
            kafka.close();
            Files.deleteIfExists(folder.resolve("coordinator.p12"));
            Files.deleteIfExists(folder.resolve("ca.crt"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
