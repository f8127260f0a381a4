package com.alphaheng.coordinator.rest;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;

/// Log-in of the page by redirect to an OpenID Connect provider: authorization code with PKCE (RFC 7636). It ends with
/// the page holding the provider's ID token as its bearer token, in its tab only; there is no session here.
///
/// All that one log-in has to remember is a random verifier, in a cookie that scripts cannot read. State and nonce are
/// hashes of it, so any coordinator can go on with what another began. Two steps for browsers, not for programs: they
/// are left out of the OpenAPI description.
@Path("/api/login")
public class LoginResource {
    static final String COOKIE = "heng-login";
    private static final int COOKIE_SECONDS = 600;
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Signing in</title>
            <meta http-equiv="Content-Security-Policy" content="default-src 'self'"></head>
            <body><main id="signed-in" data-token="%s">Signing in&hellip;</main>
            <script src="/js/signed-in.js"></script></body></html>
            """;

    /// @param redirect whether the page can send people to a provider
    public record Options(boolean redirect) {
    }

    private final AccessSettings.Oidc settings;
    private final Access access;
    private final Optional<OidcProvider> provider;

    LoginResource(AccessSettings settings, Access access) {
        this.settings = settings.oidc();
        this.access = access;
        this.provider = settings.oidc().clientId().flatMap(_ -> settings.oidc().issuer()).map(OidcProvider::new);
    }

    /// How people may log in.
    @GET
    @Path("options")
    @OpenToAll
    public Options options() {
        return new Options(provider.isPresent());
    }

    /// Sends the browser to the provider.
    @GET
    @OpenToAll
    @Operation(hidden = true)
    public Response begin(@Context UriInfo here) {
        String verifier = Secrets.random("");
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", clientId());
        query.put("redirect_uri", back(here));
        query.put("scope", settings.scope());
        query.put("state", derived("state", verifier));
        query.put("nonce", derived("nonce", verifier));
        query.put("code_challenge", challenge(verifier));
        query.put("code_challenge_method", "S256");
        try {
            String address = provider().address("authorization_endpoint");
            URI there = URI.create(address + (address.contains("?") ? "&" : "?") + OidcProvider.form(query));
            return Response.seeOther(there).cookie(cookie(verifier, COOKIE_SECONDS, back(here)))
                    .header("Cache-Control", "no-store").build();
        } catch (IOException e) {
            throw away(e);
        }
    }

    /// Where the provider sends the browser back to.
    @GET
    @Path("callback")
    @OpenToAll
    @Produces(MediaType.TEXT_HTML)
    @Operation(hidden = true)
    public Response finish(@QueryParam("code") String code, @QueryParam("state") String state,
                           @QueryParam("error") String error, @CookieParam(COOKIE) String verifier,
                           @Context UriInfo here) {
        if (verifier == null || state == null || !derived("state", verifier).equals(state)) {
            throw refused("this answer belongs to no log-in that was begun in this browser within the last "
                    + COOKIE_SECONDS / 60 + " minutes");
        }
        if (code == null) {
            throw refused("the identity provider says '" + Caller.Identity.plain(String.valueOf(error)) + "'");
        }
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", back(here));
        form.put("client_id", clientId());
        form.put("code_verifier", verifier);
        try {
            JsonNode answer = provider().trade(form, clientId(), settings.clientSecret());
            String token = answer.path("id_token").asText();
            access.confirm(token, derived("nonce", verifier));
            return Response.ok(PAGE.formatted(token)).cookie(cookie("", 0, back(here)))
                    .header("Cache-Control", "no-store").header("Referrer-Policy", "no-referrer").build();
        } catch (IOException e) {
            throw away(e);
        }
    }

    private OidcProvider provider() {
        return provider.orElseThrow(() -> new ApiProblem(404, "Not Found", "nobody can log in by redirect here",
                "an admin sets HENG_OIDC_ISSUER and HENG_OIDC_CLIENT_ID; tokens work without"));
    }

    private String clientId() {
        provider();
        return settings.clientId().orElseThrow();
    }

    private String back(UriInfo here) {
        return settings.publicUrl().map(url -> url.replaceAll("/$", "") + "/")
                .orElseGet(() -> here.getBaseUri().toString()) + "api/login/callback";
    }

    private static NewCookie cookie(String value, int seconds, String back) {
        return new NewCookie.Builder(COOKIE).value(value).path("/api/login").maxAge(seconds).httpOnly(true)
                .secure(back.startsWith("https:")).sameSite(NewCookie.SameSite.LAX).build();
    }

    private static String derived(String purpose, String verifier) {
        return Secrets.hash(purpose + " " + verifier);
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(
                Secrets.sha256(verifier.getBytes(StandardCharsets.US_ASCII)));
    }

    private static ApiProblem refused(String detail) {
        return new ApiProblem(403, "Forbidden", detail, "begin again on the page, or use a token");
    }

    private static ApiProblem away(IOException e) {
        return new ApiProblem(503, "Service Unavailable", "the identity provider cannot be used: " + e.getMessage(),
                "try again, or use a token; an admin checks HENG_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET");
    }
}
