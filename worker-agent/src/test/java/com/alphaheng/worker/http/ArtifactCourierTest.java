package com.alphaheng.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.Artifact;
import com.alphaheng.protocol.TrustedAuthority;
import com.alphaheng.worker.disk.ArtifactFolder;
import com.alphaheng.worker.exec.SecretMask;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files on their way: kept on the disk, brought to an HTTP server that is away, refuses, or takes them.
class ArtifactCourierTest {
    private static final String SECRET = "correct-horse-4711";

    @TempDir
    Path temporary;
    private final Map<String, String> received = Collections.synchronizedMap(new HashMap<>());
    private final List<String> said = new ArrayList<>();
    private volatile int status = 201;
    private HttpServer server;
    private Path work;
    private ArtifactFolder folder;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        work = Files.createDirectories(temporary.resolve("checkout/reports"));
        folder = new ArtifactFolder(temporary.resolve("artifacts"), new SecretMask(List.of(SECRET))::mask);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.put(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization"), body);
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Test
    void whatMatchesIsKeptAndArrivesUnderItsHash() throws Exception {
        Files.writeString(work.resolve("a.json"), "{}");
        Files.writeString(work.resolve("b.txt"), "not asked for");
        List<Artifact> kept = folder.keep(work.getParent(), List.of("reports/*.json"), said::add);
        assertThat(kept).singleElement().satisfies(artifact -> {
            assertThat(artifact.path()).isEqualTo("reports/a.json");
            assertThat(artifact.bytes()).isEqualTo(2);
        });
        courier().deliver();
        assertThat(received).containsExactly(Map.entry("PUT /api/artifacts/" + kept.getFirst().sha256()
                + " Bearer token", "{}"));
        assertThat(folder.waiting()).isEmpty();
    }

    @Test
    void whileTheCoordinatorIsAwayTheyWaitOnTheDiskAlsoForTheNextProcess() throws Exception {
        folder.keepText("agent/transcript.txt", "my key is " + SECRET);
        status = 503;
        courier().deliver();
        assertThat(folder.waiting()).hasSize(1);
        server.stop(0);
        courier().deliver();
        assertThat(folder.waiting()).hasSize(1);
        start();
        status = 200;
        ArtifactFolder next = new ArtifactFolder(temporary.resolve("artifacts"), text -> text);
        new ArtifactCourier(address(), Optional.empty(), SSLContext.getDefault(), next::waiting).deliver();
        assertThat(next.waiting()).isEmpty();
        assertThat(received.values()).contains("my key is [secret]");
    }

    @Test
    void whatIsRefusedForGoodIsSetAsideAndHoldsNobodyUp() throws Exception {
        folder.keepText("one", "1");
        folder.keepText("two", "2");
        status = 422;
        courier().deliver();
        assertThat(received).hasSize(2);
        assertThat(folder.waiting()).isEmpty();
        try (var files = Files.list(temporary.resolve("artifacts"))) {
            assertThat(files.map(Path::toString)).hasSize(2).allMatch(name -> name.endsWith(".refused"));
        }
    }

    @Test
    void secretsLinksAndWhatIsTooLargeStayHere() throws Exception {
        Files.writeString(work.resolve("leak.json"), "{\"key\": \"" + SECRET + "\"}");
        Files.createSymbolicLink(work.resolve("link.json"), Path.of("/etc/hostname"));
        try (var large = Files.newByteChannel(work.resolve("large.json"), java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.WRITE)) {
            large.position(Artifact.MOST_BYTES);
            large.write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        assertThat(folder.keep(work.getParent(), List.of("**/*.json"), said::add)).isEmpty();
        assertThat(said).hasSize(2).anyMatch(line -> line.contains("leak.json is left out, it holds a secret"))
                .anyMatch(line -> line.contains("large.json is left out"));
        assertThat(folder.waiting()).isEmpty();
    }

    @Test
    void aCoordinatorWithACertificateOfOnesOwnIsBelievedIfItsAuthorityIsNamed() throws Exception {
        folder.keepText("one", "1");
        KeyStore keys = keys();
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "password".toCharArray());
        SSLContext own = SSLContext.getInstance("TLS");
        own.init(managers.getKeyManagers(), null, null);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(own));
        secure.createContext("/", this::answer);
        secure.start();
        try {
            URI there = URI.create("https://127.0.0.1:" + secure.getAddress().getPort());
            new ArtifactCourier(there, Optional.empty(), SSLContext.getDefault(), folder::waiting).deliver();
            assertThat(received).isEmpty();
            Path authority = Files.writeString(temporary.resolve("ca.crt"), "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(keys.getCertificate("coordinator").getEncoded())
                    + "\n-----END CERTIFICATE-----\n");
            new ArtifactCourier(there, Optional.empty(), TrustedAuthority.context(Optional.of(authority)),
                    folder::waiting).deliver();
            assertThat(received).hasSize(1);
            assertThat(folder.waiting()).isEmpty();
        } finally {
            secure.stop(0);
        }
    }

    private KeyStore keys() throws Exception {
        Path store = temporary.resolve("coordinator.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "coordinator", "-keyalg", "EC", "-dname", "CN=localhost", "-ext",
                "SAN=ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "password")
                .inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        return KeyStore.getInstance(store.toFile(), "password".toCharArray());
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private ArtifactCourier courier() throws NoSuchAlgorithmException {
        return new ArtifactCourier(address(), Optional.of("token"), SSLContext.getDefault(), folder::waiting);
    }
}
