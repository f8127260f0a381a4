package com.alphaheng.coordinator.webhook;

import com.alphaheng.coordinator.roadmap.Notification;
import com.alphaheng.protocol.ProtocolCodec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Sends one notification as a signed POST. Redirects are not followed: the address is the one an admin gave.
///
/// The signature is `X-Heng-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY` with the
/// webhook's secret: a receiver refuses times that are long past, so that nothing can be replayed to it.
public final class WebhookSender {
    private static final ObjectMapper JSON = ProtocolCodec.jsonMapper();

    private final HttpClient http;
    private final Duration patience;

    /// @param taken whether the receiver has it: any status of 200 to 299
    public record Answer(boolean taken, String text) {
    }

    /// @param patience for connection and answer
    public WebhookSender(Duration patience) {
        this.patience = patience;
        this.http = HttpClient.newBuilder().connectTimeout(patience).followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1).build();
    }

    Answer send(String url, String secret, String webhook, Notification notification) {
        try {
            byte[] body = JSON.writeValueAsBytes(notification);
            long seconds = System.currentTimeMillis() / 1000;
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(patience)
                    .header("Content-Type", "application/json").header("User-Agent", "AlphaHENG")
                    .header("X-Heng-Webhook", webhook).header("X-Heng-Event", notification.type())
                    .header("X-Heng-Sequence", Long.toString(notification.sequence()))
                    .header("X-Heng-Signature", "t=" + seconds + ",v1=" + signature(secret, seconds, body))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
            int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            return new Answer(status >= 200 && status < 300, Integer.toString(status));
        } catch (JsonProcessingException e) {
            throw new AssertionError("a notification failed to serialise", e);
        } catch (IOException | IllegalArgumentException e) {
            return new Answer(false, String.valueOf(e.getMessage() == null ? e.getClass().getSimpleName()
                    : e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(false, "interrupted");
        }
    }

    static String signature(String secret, long seconds, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every JDK has HmacSHA256", e);
        }
    }
}
