package com.alphaheng.coordinator.rest;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/// A Kafka as a fleet has it: TLS, a user for each part, and the rights of `deploy/kafka/acls.txt`.
final class SecureKafka implements AutoCloseable {
    private static final Path RIGHTS = Path.of("../deploy/kafka/acls.txt");
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private final Path folder;
    private final Path trusted;
    private final EmbeddedBroker broker;

    /// @param keyStore PKCS 12 with the broker's key, for 127.0.0.1
    /// @param trusted  PEM with its certificate
    SecureKafka(Path keyStore, String password, Path trusted) throws IOException {
        this.folder = Files.createTempDirectory("heng-secure-kafka");
        this.trusted = trusted;
        Map<String, String> kafka = new HashMap<>(Map.of("listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,CLIENTS:SASL_SSL", "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512",
                "sasl.mechanism.inter.broker.protocol", "PLAIN", "ssl.keystore.type", "PKCS12",
                "ssl.keystore.location", keyStore.toString(), "ssl.keystore.password", password,
                "ssl.truststore.type", "PEM", "ssl.truststore.location", trusted.toString(), "authorizer.class.name",
                "org.apache.kafka.metadata.authorizer.StandardAuthorizer"));
        kafka.put("super.users", "User:broker;User:ANONYMOUS");
        kafka.put("allow.everyone.if.no.acl.found", "false");
        kafka.put("listener.name.clients.plain.sasl.jaas.config", LOGIN + "username=\"broker\" password=\"b\" "
                + "user_broker=\"b\" user_coordinator=\"c\" user_worker=\"w\";");
        kafka.put("listener.name.clients.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        broker = EmbeddedBroker.start(BrokerSettings.local(folder).withKafka(kafka));
        allow();
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /// Client settings of `broker`, `coordinator` or `worker`.
    Map<String, String> client(String user) {
        return Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.jaas.config", LOGIN
                + "username=\"" + user + "\" password=\"" + user.charAt(0) + "\";", "ssl.truststore.type", "PEM",
                "ssl.truststore.location", trusted.toString());
    }

    /// Client settings as an enrolled worker is told them, with where this Kafka's certificate is.
    Map<String, String> client(Map<String, String> told) {
        Map<String, String> settings = new HashMap<>(client("worker"));
        settings.putAll(told);
        return settings;
    }

    /// What `acls.txt` gives to a part, in a form that can be compared: `Read on topic heng.assignments`, say.
    Set<String> rightsOf(String user) {
        Map<String, Object> settings = new HashMap<>(client("broker"));
        settings.put("bootstrap.servers", bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            return admin.describeAcls(new AclBindingFilter(ResourcePatternFilter.ANY, new AccessControlEntryFilter(
                    "User:" + user, null, AclOperation.ANY, AclPermissionType.ANY))).values().get().stream()
                    .map(binding -> binding.entry().operation() + " on " + binding.pattern().resourceType() + " "
                            + binding.pattern().patternType() + " " + binding.pattern().name())
                    .collect(Collectors.toSet());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void allow() throws IOException {
        List<AclBinding> bindings = new ArrayList<>();
        for (String line : Files.readAllLines(RIGHTS)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] word = line.split("\\s+");
                ResourcePattern resource = new ResourcePattern(
                        ResourceType.fromString(word[1].toUpperCase(Locale.ROOT).replace('-', '_')), word[3],
                        PatternType.fromString(word[2].toUpperCase(Locale.ROOT)));
                Arrays.stream(word[4].split(",")).map(SecureKafka::operation).forEach(operation ->
                        bindings.add(new AclBinding(resource, new AccessControlEntry("User:" + word[0], "*", operation,
                                AclPermissionType.ALLOW))));
            }
        }
        Map<String, Object> settings = new HashMap<>(client("broker"));
        settings.put("bootstrap.servers", bootstrapServers());
        try (Admin admin = Admin.create(settings)) {
            admin.createAcls(bindings).all().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AclOperation operation(String camelCase) {
        return AclOperation.fromString(camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", "_"));
    }

    @Override
    public void close() throws IOException {
        broker.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
