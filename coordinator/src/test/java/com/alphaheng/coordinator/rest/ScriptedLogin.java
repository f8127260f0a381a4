package com.alphaheng.coordinator.rest;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/// The log-in of an identity provider where everybody is Ann: checks what RFC 6749 and RFC 7636 ask of a client.
final class ScriptedLogin {
    static final String CLIENT = "heng-page";
    static final String SECRET = "s3cret:with/odd characters";

    private final String issuer;
    private final RsaJsonWebKey key;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();
    /// Put into the next token instead of the nonce that was asked for; empty for the right one.
    private volatile String nonce = "";

    ScriptedLogin(String issuer, RsaJsonWebKey key) {
        this.issuer = issuer;
        this.key = key;
    }

    void forgeNonce(String wrong) {
        nonce = wrong;
    }

    void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = fields(exchange.getRequestURI().getRawQuery());
        boolean right = "code".equals(asked.get("response_type")) && CLIENT.equals(asked.get("client_id"))
                && "S256".equals(asked.get("code_challenge_method")) && asked.get("scope").contains("openid");
        String code = "code-" + codes.size();
        codes.put(code, asked);
        exchange.getResponseHeaders().add("Location", asked.get("redirect_uri") + "?"
                + (right ? "code=" + code : "error=invalid_request") + "&state=" + asked.get("state"));
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = fields(new String(exchange.getRequestBody().readAllBytes(),
                StandardCharsets.UTF_8));
        Map<String, String> asked = codes.remove(String.valueOf(form.get("code")));
        String challenge = Base64.getUrlEncoder().withoutPadding().encodeToString(Secrets.sha256(
                String.valueOf(form.get("code_verifier")).getBytes(StandardCharsets.US_ASCII)));
        boolean right = asked != null && challenge.equals(asked.get("code_challenge"))
                && asked.get("redirect_uri").equals(form.get("redirect_uri")) && knowsSecret(exchange);
        byte[] answer = (right ? "{\"token_type\": \"Bearer\", \"id_token\": \"" + token(asked.get("nonce")) + "\"}"
                : "{\"error\": \"invalid_grant\"}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(right ? 200 : 400, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static boolean knowsSecret(HttpExchange exchange) {
        String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String[] pair = new String(Base64.getDecoder().decode(header.substring("Basic ".length())),
                StandardCharsets.UTF_8).split(":");
        return decode(pair[0]).equals(CLIENT) && decode(pair[1]).equals(SECRET);
    }

    private String token(String asked) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(issuer);
        claims.setAudience(CLIENT);
        claims.setSubject("4711");
        claims.setClaim("preferred_username", "ann");
        claims.setClaim("nonce", nonce.isEmpty() ? asked : nonce);
        claims.setClaim("realm_access", Map.of("roles", List.of("heng-viewer")));
        claims.setExpirationTimeMinutesInTheFuture(5);
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue("k1");
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    /// The parts of `a=1&b=2`.
    static Map<String, String> fields(String text) {
        Map<String, String> fields = new TreeMap<>();
        for (String part : text.split("&")) {
            String[] pair = part.split("=", 2);
            fields.put(decode(pair[0]), decode(pair[1]));
        }
        return fields;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
