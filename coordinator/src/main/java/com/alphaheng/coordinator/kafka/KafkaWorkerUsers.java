package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.WorkerUsers;
import com.alphaheng.protocol.Topics;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ResourceNotFoundException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/// SCRAM users `worker-ID` with the rights that `deploy/kafka/acls.txt` gives a worker.
public final class KafkaWorkerUsers implements WorkerUsers {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_512;
    private static final int ITERATIONS = 8192;
    private static final int PASSWORD_BYTES = 32;
    private static final long TIMEOUT_SECONDS = 15;

    private final KafkaConnection connection;

    public KafkaWorkerUsers(KafkaConnection connection) {
        this.connection = connection;
    }

    @Override
    public Map<String, String> create(String worker) {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        String user = user(worker);
        String password = HexFormat.of().formatHex(random);
        ask("create the user " + user, admin -> {
            await(admin.createAcls(rights(user)).all());
            await(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user,
                    new ScramCredentialInfo(MECHANISM, ITERATIONS), password))).all());
        });
        return Map.of("sasl.mechanism", MECHANISM.mechanismName(), "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user
                        + "\" password=\"" + password + "\";");
    }

    @Override
    public void remove(String worker) {
        String user = user(worker);
        ask("remove the user " + user, admin -> {
            try {
                await(admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion(user, MECHANISM)))
                        .all());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof ResourceNotFoundException)) {
                    throw e;
                }
            }
            await(admin.deleteAcls(List.of(new AclBindingFilter(ResourcePatternFilter.ANY,
                    new AccessControlEntryFilter(principal(user), null, AclOperation.ANY, AclPermissionType.ANY))))
                    .all());
        });
    }

    private static List<AclBinding> rights(String user) {
        List<AclBinding> rights = new ArrayList<>();
        allow(rights, user, ResourceType.TOPIC, Topics.ASSIGNMENTS, AclOperation.READ, AclOperation.DESCRIBE);
        allow(rights, user, ResourceType.TOPIC, Topics.REPORTS, AclOperation.WRITE, AclOperation.DESCRIBE);
        allow(rights, user, ResourceType.TOPIC, Topics.LOGS, AclOperation.WRITE, AclOperation.DESCRIBE);
        allow(rights, user, ResourceType.CLUSTER, "kafka-cluster", AclOperation.IDEMPOTENT_WRITE);
        return rights;
    }

    private static void allow(List<AclBinding> rights, String user, ResourceType type, String name,
                              AclOperation... operations) {
        for (AclOperation operation : operations) {
            rights.add(new AclBinding(new ResourcePattern(type, name, PatternType.LITERAL),
                    new AccessControlEntry(principal(user), "*", operation, AclPermissionType.ALLOW)));
        }
    }

    private static String user(String worker) {
        return "worker-" + worker;
    }

    private static String principal(String user) {
        return "User:" + user;
    }

    private interface Request {
        void send(Admin admin) throws InterruptedException, ExecutionException, TimeoutException;
    }

    private static void await(KafkaFuture<?> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private void ask(String what, Request request) {
        try (Admin admin = Admin.create(connection.with(Map.of()))) {
            request.send(admin);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(what, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(what, e);
        }
    }

    private static LogException failed(String what, Throwable cause) {
        return new LogException("Kafka does not let the coordinator " + what + " (" + cause.getMessage() + "): it "
                + "needs SCRAM, an authorizer and the right Alter on the cluster (deploy/kafka/acls.txt); or set "
                + "HENG_ENROLMENT_KAFKA_USERS=false and make users with deploy/kafka/setup.sh worker ID", cause);
    }
}
