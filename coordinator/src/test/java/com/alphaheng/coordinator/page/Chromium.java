package com.alphaheng.coordinator.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A headless Chromium with one tab, driven over the DevTools protocol.
///
/// Written here instead of taken from a library: page tests need six commands, while a browser-automation library
/// brings a driver of more than 100 MB into the build of everybody who runs the tests.
final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger commands = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final String session;

    private Chromium(Process process, Path profile, URI address) {
        this.process = process;
        this.profile = profile;
        this.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new Receiver()).join();
        String target = send(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asText();
        this.session = send(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId").asText();
        send(session, "Page.enable", Map.of());
        send(session, "Runtime.enable", Map.of());
    }

    /// Where a Chromium is: the system property `chromium`, the folders of PATH, or where macOS keeps applications.
    static Optional<Path> find() {
        Stream<Path> named = Stream.ofNullable(System.getProperty("chromium")).map(Path::of);
        Stream<Path> onPath = Stream.of("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/snap/bin")
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)));
        Stream<Path> applications = Stream.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium").map(Path::of);
        return Stream.of(named, onPath, applications).flatMap(found -> found).filter(Files::isExecutable).findFirst();
    }

    static Chromium start(Path executable) throws IOException {
        Path profile = Files.createTempDirectory("chromium-profile");
        List<String> command = new ArrayList<>(List.of(executable.toString(), "--headless", "--no-sandbox",
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + profile,
                "--remote-debugging-port=0", "about:blank"));
        Process process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            return new Chromium(process, profile, debuggerAddress(process));
        } catch (IOException | RuntimeException failure) {
            process.destroyForcibly();
            throw failure;
        }
    }

    private static URI debuggerAddress(Process process) throws IOException {
        String marker = "DevTools listening on ";
        BufferedReader output = process.errorReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(marker)) {
                Thread.ofVirtual().start(() -> output.lines().forEach(ignored -> { }));
                return URI.create(line.substring(marker.length()).strip());
            }
            seen.append(line).append('\n');
        }
        throw new IOException("Chromium ended before it offered a debugger:\n" + seen);
    }

    /// A window of this many CSS pixels.
    void resize(int width, int height, double pixelRatio) {
        send(session, "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", pixelRatio, "mobile", false));
    }

    void colorScheme(String scheme, boolean reducedMotion) {
        send(session, "Emulation.setEmulatedMedia", Map.of("features", List.of(
                Map.of("name", "prefers-color-scheme", "value", scheme),
                Map.of("name", "prefers-reduced-motion", "value", reducedMotion ? "reduce" : "no-preference"))));
    }

    /// Leaves the page altogether and opens another address.
    void open(String address) {
        send(session, "Page.navigate", Map.of("url", "about:blank"));
        waitFor("location.href === 'about:blank'");
        errors.clear();
        send(session, "Page.navigate", Map.of("url", address));
    }

    /// The value of a JavaScript expression; a promise is awaited.
    JsonNode evaluate(String expression) {
        JsonNode answer = send(session, "Runtime.evaluate",
                Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + " threw " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    /// Waits until the expression is true.
    void waitFor(String expression) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!evaluate("Boolean(" + expression + ")").asBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never became true: " + expression + "\nerrors of the page: " + errors
                        + "\npage says: " + evaluate("document.body.innerText.slice(0, 1500)").asText());
            }
            try {
                Thread.sleep(25);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + expression, interrupted);
            }
        }
    }

    /// Presses a key as a person would: "j", "Enter", "Escape".
    void press(String key) {
        boolean printable = key.length() == 1;
        ObjectNode down = JSON.createObjectNode().put("type", "keyDown").put("key", key);
        if (printable || key.equals("Enter")) {
            down.put("text", printable ? key : "\r");
        }
        if (key.equals("Enter")) {
            down.put("windowsVirtualKeyCode", 13);
        }
        send(session, "Input.dispatchKeyEvent", down);
        send(session, "Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    void moveMouse(double x, double y) {
        send(session, "Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    byte[] screenshot() {
        JsonNode answer = send(session, "Page.captureScreenshot", Map.of("format", "png"));
        return Base64.getDecoder().decode(answer.get("data").asText());
    }

    /// What the page reported as uncaught errors or `console.error` since it was opened.
    List<String> errors() {
        return List.copyOf(errors);
    }

    private JsonNode send(String session, String method, Object parameters) {
        int id = commands.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        socket.sendText(message.toString(), true).join();
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
        }
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder partial = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                String text = partial.toString();
                partial.setLength(0);
                try {
                    receive(JSON.readTree(text));
                } catch (IOException malformed) {
                    errors.add("not JSON from the browser: " + malformed.getMessage());
                }
            }
            webSocket.request(1);
            return null;
        }

        private void receive(JsonNode message) {
            if (message.has("id")) {
                CompletableFuture<JsonNode> answer = answers.remove(message.get("id").asInt());
                if (message.has("error")) {
                    answer.completeExceptionally(new IllegalStateException(message.get("error").toString()));
                } else {
                    answer.complete(message.get("result"));
                }
            } else if (message.path("method").asText().equals("Runtime.exceptionThrown")) {
                errors.add(message.at("/params/exceptionDetails/exception/description").asText());
            } else if (message.path("method").asText().equals("Runtime.consoleAPICalled")
                    && message.at("/params/type").asText().equals("error")) {
                errors.add(message.at("/params/args").toString());
            }
        }
    }
}
