package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.AccessToken;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Role;
import com.alphaheng.coordinator.runtime.CommitListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Knows whose token it is. Keeps a copy of the log's tokens, so that a request costs no question to the shard.
@ApplicationScoped
class Access implements CommitListener {
    private static final int SHORTEST_TOKEN = 16;

    private final Clock clock;
    private final Optional<String> adminTokenHash;
    private final Optional<OidcTokens> oidc;
    private volatile Map<String, AccessToken> tokens = Map.of();

    Access(AccessSettings settings, Clock clock) {
        this.clock = clock;
        this.adminTokenHash = settings.adminToken().or(() -> settings.adminTokenFile().map(Access::read))
                .map(Access::longEnough).map(Secrets::hash);
        this.oidc = settings.oidc().issuer().map(issuer -> new OidcTokens(issuer, settings.oidc()));
    }

    private static String longEnough(String token) {
        if (token.length() < SHORTEST_TOKEN) {
            throw new IllegalArgumentException("the admin's token has fewer than " + SHORTEST_TOKEN
                    + " characters: make a random one, such as with 'openssl rand -hex 32'");
        }
        return token;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read the admin's token from " + file + " (" + e
                    + "): correct HENG_ADMIN_TOKEN_FILE, or give this user the file", e);
        }
    }

    @Override
    public void committed(RoadmapState state, List<RoadmapEvent> events, long nextOffset) {
        if (events.stream().anyMatch(event -> event instanceof RoadmapEvent.CoordinatorTookOver
                || event instanceof RoadmapEvent.OfAdministration)) {
            tokens = state.administration().tokens().stream().collect(Collectors.toUnmodifiableMap(AccessToken::hash,
                    token -> token));
        }
    }

    /// Whether an admin gets in without any token of the log.
    boolean adminElsewhere() {
        return adminTokenHash.isPresent() || oidc.isPresent();
    }

    /// Whether everybody is asked for a token; otherwise this is a single machine and everybody an admin.
    boolean secured() {
        return adminElsewhere() || !tokens.isEmpty();
    }

    /// @param authorization the header `Authorization`, or null
    Caller.Identity identify(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw unauthorized("this coordinator asks for a token");
        }
        String secret = authorization.substring(7).strip();
        String hash = Secrets.hash(secret);
        if (adminTokenHash.filter(hash::equals).isPresent()) {
            return new Caller.Identity("admin", Role.ADMIN);
        }
        AccessToken token = tokens.get(hash);
        if (token != null) {
            if (!token.worksAt(clock.instant())) {
                throw unauthorized("the token '" + token.name() + "' has expired");
            }
            return new Caller.Identity(token.name(), token.role());
        }
        return oidc.filter(tokens -> OidcTokens.looksLikeOne(secret)).map(tokens -> tokens.identify(secret))
                .orElseThrow(() -> unauthorized("this token is unknown or was revoked"));
    }

    /// Whether this token of the provider is good here and comes from the log-in with this nonce.
    ///
    /// @throws ApiProblem if not
    void confirm(String token, String nonce) {
        oidc.orElseThrow(() -> unauthorized("there is no identity provider")).confirm(token, nonce);
    }

    static ApiProblem unauthorized(String detail) {
        return new ApiProblem(401, "Unauthorized", detail, "send 'Authorization: Bearer TOKEN' (the command line takes "
                + "it from HENG_TOKEN); an admin creates tokens with ./heng token create NAME --role viewer");
    }
}
