import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// An OpenAI-compatible chat endpoint that says what a script tells it to: the n-th answer is the n-th part of a file,
/// parts separated by lines `----`. Prints its port, and serves until it is killed.
///
///     java ScriptedModel.java answers.txt
void main(String[] arguments) throws IOException {
    String[] answers = Files.readString(Path.of(arguments[0])).split("(?m)^----\n");
    AtomicInteger next = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/chat/completions", exchange -> {
        exchange.getRequestBody().readAllBytes();
        // The last part again for whoever asks for more.
        String text = answers[Math.min(next.getAndIncrement(), answers.length - 1)];
        byte[] body = ("{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":" + quoted(text)
            + "}}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100}}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    });
    server.start();
    IO.println(server.getAddress().getPort());
}

String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + "\"";
}
