package com.alphaheng.coordinator.rest;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// Requests that are wrong somewhere: odd paths, wrong types, broken JSON, unknown verbs. The same seed gives the same
/// ones.
final class HostileRequests {
    private static final List<String> VERBS = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "FOO");
    private static final List<String> PATHS = List.of("/api/campaigns/{}", "/api/campaigns/{}/submissions",
            "/api/campaigns/{}/plan", "/api/campaigns/{}/tasks", "/api/campaigns/{}/tasks/{}",
            "/api/campaigns/{}/tasks/{}/log", "/api/campaigns/{}/tasks/{}/why", "/api/campaigns/{}/tasks/{}/retry",
            "/api/campaigns/{}/pause", "/api/campaigns/{}/{}", "/api/limits/{}/{}", "/api/tokens/{}",
            "/api/webhooks/{}", "/api/webhooks/{}/deliveries", "/api/enrolments/use", "/api/enrolments/{}",
            "/api/reports/{}/{}.md", "/api/reports/{}/status.html", "/api/workers/{}", "/api/audit/{}", "/api/{}",
            "/{}", "/q/{}");
    private static final List<String> SEGMENTS = List.of("x", "..", "%2e%2e", "%00", "%2F", "%zz", "%", "a%20b", "-",
            "'", "\"", "<script>", "%C3%28", "%F0%9F%98%80", ";", "$%7Bjndi%7D", "null", "0", "-1",
            "99999999999999999999", "%0d%0aX-A:%20b", "*", "~", "a".repeat(300), ".".repeat(70));
    private static final List<String> QUERIES = List.of("offset=-1", "offset=1e9", "limit=0", "limit=999999999",
            "limit=99999999999999999999", "limit=x", "status=LOST", "priority=P9", "epoch=first", "after=-9",
            "since=yesterday", "finished=maybe", "%zz=%zz", "=&&=", "q=%00");
    private static final List<String> TYPES = List.of("application/json", "application/json", "application/json",
            "text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "nonsense", "");
    private static final List<String> VALUES = List.of("null", "true", "-1", "1e999", "\"x\"", "[]", "{}", "[[[[[[[[",
            "{\"a\":{\"a\":{\"a\":", "\"\\ud800\"", "\"\\u0000\"", "NaN", "'x'", "00", "{\"files\":{}}");
    private static final List<String> BODIES = List.of(
            "{\"files\":[{\"name\":\"a.yaml\",\"content\":\"tasks: [{name: a, priority: P7}]\"}],\"commit\":\"--x\"}",
            "{\"name\":\"-bad\",\"role\":\"emperor\",\"days\":\"many\"}", "{\"most\":-5}",
            "{\"name\":\"\",\"url\":\"gopher://x\",\"events\":[7]}", "{\"token\":\"no\",\"worker\":\"../x\"}",
            "{\"worker\":\"..\",\"hours\":-1}");

    private final Random random;

    /// @param head whether it is a HEAD request
    /// @param uri  whether the request line names a URI at all
    /// @param leadsElsewhere whether the path has steps up or parameters, so that it may mean something that is there
    record Request(byte[] bytes, boolean head, boolean uri, boolean leadsElsewhere) {
    }

    HostileRequests(long seed) {
        random = new Random(seed);
    }

    Request next() {
        String verb = one(VERBS);
        StringBuilder path = new StringBuilder();
        for (char character : one(PATHS).toCharArray()) {
            path.append(character == '{' ? one(SEGMENTS).replace(" ", "%20") : character == '}' ? "" : character);
        }
        if (random.nextInt(3) == 0) {
            path.append('?').append(one(QUERIES)).append('&').append(one(QUERIES));
        }
        byte[] body = verb.equals("GET") || verb.equals("HEAD") ? new byte[0] : body();
        String type = one(TYPES);
        String head = verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Heng-User: "
                + "f".repeat(random.nextInt(90))
                + (type.isEmpty() ? "" : "\r\nContent-Type: " + type) + "\r\nAccept: " + (random.nextInt(9) == 0
                ? "image/png" : "*/*") + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(body);
        return new Request(bytes.toByteArray(), verb.equals("HEAD"), isUri(path.toString()),
                path.toString().contains("..") || path.toString().contains("%2e%2e") || path.toString().contains(";"));
    }

    private static boolean isUri(String path) {
        try {
            return new URI(path).getPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private byte[] body() {
        String text = one(BODIES);
        switch (random.nextInt(6)) {
            case 0 -> {
                return text.getBytes(StandardCharsets.UTF_8);
            }
            case 1 -> {
                byte[] noise = new byte[random.nextInt(200)];
                random.nextBytes(noise);
                return noise;
            }
            case 2 -> {
                return one(VALUES).getBytes(StandardCharsets.UTF_8);
            }
            case 3 -> text = text.substring(0, random.nextInt(text.length()));
            case 4 -> text = text.replaceFirst(":(\"[^\"]*\"|\\[[^]]*]|-?[0-9]+)",
                    ":" + one(VALUES).replace("\\", "\\\\").replace("$", ""));
            default -> text = random.nextInt(500) == 0 ? "[".repeat(200_000) : "[".repeat(random.nextInt(3000)) + text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
