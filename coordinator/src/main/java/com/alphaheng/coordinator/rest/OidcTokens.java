package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;

/// Checks JSON Web Tokens (RFC 7519) of an OpenID Connect provider: signature by the provider's published keys, issuer,
/// audience, times. Only signatures with key pairs are taken, so that nobody can sign with a public key.
final class OidcTokens {
    private static final Logger LOGGER = Logger.getLogger(OidcTokens.class);
    private static final int CLOCK_SKEW_SECONDS = 30;
    private static final long KEYS_KEPT_SECONDS = 600;

    private final String issuer;
    private final AccessSettings.Oidc settings;
    private volatile Optional<JwtConsumer> consumer = Optional.empty();

    OidcTokens(String issuer, AccessSettings.Oidc settings) {
        this.issuer = issuer;
        this.settings = settings;
    }

    static boolean looksLikeOne(String token) {
        return token.chars().filter(character -> character == '.').count() == 2;
    }

    Caller.Identity identify(String token) {
        return identify(claims(token));
    }

    /// @param nonce what the token must carry, so that it comes from this log-in
    void confirm(String token, String nonce) {
        JwtClaims claims = claims(token);
        if (!nonce.equals(claims.getClaimValue("nonce"))) {
            throw Access.unauthorized("the identity provider's token is of another log-in");
        }
        identify(claims);
    }

    private Caller.Identity identify(JwtClaims claims) {
        Role role = roles(claims).stream().min(Comparator.comparing(OidcTokens::rank)).orElseThrow(() ->
                new ApiProblem(403, "Forbidden", "the token's claim '" + settings.roleClaim()
                        + "' has no role of this coordinator", "have the provider put one of "
                        + Arrays.stream(Role.values()).map(some -> settings.rolePrefix() + some.word()).toList()
                        + " there"));
        Object name = claims.getClaimValue(settings.nameClaim());
        return new Caller.Identity(Caller.Identity.plain(name == null ? "nameless" : name.toString()), role);
    }

    private JwtClaims claims(String token) {
        try {
            return consumer().processToClaims(token);
        } catch (InvalidJwtException e) {
            throw Access.unauthorized("this JSON Web Token does not hold: " + e.getErrorDetails().stream()
                    .map(error -> error.getErrorMessage()).findFirst().orElse("unreadable"));
        } catch (IOException e) {
            LOGGER.warnf("the keys of %s cannot be had: %s", issuer, e.toString());
            throw new ApiProblem(503, "Service Unavailable", "the identity provider " + issuer
                    + " does not answer, so that its tokens cannot be checked", "try again; other tokens work");
        }
    }

    /// The more a role may do, the lower.
    private static int rank(Role role) {
        return switch (role) {
            case ADMIN -> 0;
            case SUBMITTER -> 1;
            case WORKER -> 2;
            case VIEWER -> 3;
        };
    }

    private List<Role> roles(JwtClaims claims) {
        Object value = claims.getClaimsMap();
        for (String step : settings.roleClaim().split("\\.")) {
            value = value instanceof Map<?, ?> map ? map.get(step) : null;
        }
        List<Role> roles = new ArrayList<>();
        List<?> words = value instanceof List<?> list ? list : value instanceof String text
                ? List.of(text.split("[ ,]+")) : List.of();
        for (Object word : words) {
            if (word instanceof String text && text.startsWith(settings.rolePrefix())) {
                Role.of(text.substring(settings.rolePrefix().length())).ifPresent(roles::add);
            }
        }
        return roles;
    }

    private JwtConsumer consumer() throws IOException {
        if (consumer.isEmpty()) {
            HttpsJwks keys = new HttpsJwks(settings.jwksUrl().isPresent() ? settings.jwksUrl().get() : discovered());
            keys.setDefaultCacheDuration(KEYS_KEPT_SECONDS);
            consumer = Optional.of(new JwtConsumerBuilder().setVerificationKeyResolver(
                    new HttpsJwksVerificationKeyResolver(keys)).setExpectedIssuer(issuer)
                    .setExpectedAudience(audiences()).setRequireExpirationTime().setRequireSubject()
                    .setAllowedClockSkewInSeconds(CLOCK_SKEW_SECONDS)
                    .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "RS256", "RS384", "RS512",
                            "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA").build());
        }
        return consumer.get();
    }

    /// Tokens for programs name this coordinator, those of its own log-in the client.
    private String[] audiences() {
        return settings.clientId().map(client -> new String[] {settings.audience(), client})
                .orElseGet(() -> new String[] {settings.audience()});
    }

    private String discovered() throws IOException {
        return new OidcProvider(issuer).address("jwks_uri");
    }
}
