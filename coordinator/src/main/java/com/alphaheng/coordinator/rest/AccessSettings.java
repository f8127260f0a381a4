package com.alphaheng.coordinator.rest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Who may use the HTTP interface and how much: settings `heng.*`, the README has the table.
@ConfigMapping(prefix = "heng")
public interface AccessSettings {
    /// A token of role admin that is always valid, to create others with.
    Optional<String> adminToken();

    /// A file with that token, instead.
    Optional<Path> adminTokenFile();

    Oidc oidc();

    Rate rate();

    Enrolment enrolment();

    /// JSON Web Tokens of an OpenID Connect provider. On as soon as there is an issuer.
    interface Oidc {
        /// What tokens must say in `iss`; its discovery document names the keys.
        Optional<String> issuer();

        /// What tokens must say in `aud`.
        @WithDefault("alphaheng")
        String audience();

        /// Where the keys are, if the issuer has no discovery document.
        Optional<String> jwksUrl();

        /// The claim that lists the roles; dots lead into objects, as in `realm_access.roles`.
        @WithDefault("groups")
        String roleClaim();

        /// What stands before `viewer`, `submitter`, `worker` and `admin` in that list.
        @WithDefault("heng-")
        String rolePrefix();

        /// The claim that names a person in the audit log.
        @WithDefault("sub")
        String nameClaim();

        /// As whom the page's log-in by redirect is known there; without it there is none. Its ID tokens say this in
        /// `aud`.
        Optional<String> clientId();

        /// If the provider asks for one besides PKCE.
        Optional<String> clientSecret();

        /// What is asked for at a log-in.
        @WithDefault("openid profile")
        String scope();

        /// The address people see, if a proxy stands before this coordinator: where the provider sends them back to.
        Optional<String> publicUrl();
    }

    /// Requests of one caller.
    interface Rate {
        /// Sustained; 0 means no limit.
        @WithDefault("200")
        int perSecond();

        /// At once, after a rest.
        @WithDefault("2000")
        int burst();
    }

    /// What an enrolled worker is told.
    interface Enrolment {
        /// Kafka's address as workers reach it; the coordinator's own when absent.
        Optional<String> kafka();

        /// Kafka client settings for workers, such as their SASL user.
        Map<String, String> kafkaClient();

        /// Whether each worker gets a Kafka user of its own (SCRAM) with the rights of a worker, made when it enrols
        /// and removed when its token is revoked.
        @WithDefault("false")
        boolean kafkaUsers();

        /// Whether workers that have not enrolled are refused. One that has must prove it in any case.
        @WithDefault("false")
        boolean required();
    }
}
