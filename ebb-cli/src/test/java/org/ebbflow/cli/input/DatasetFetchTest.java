package org.ebbflow.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ebbflow.cli.input.DatasetFetch.Manifest;
import org.ebbflow.cli.input.DatasetFetch.Progress;
import org.ebbflow.cli.input.DatasetFetch.RemoteFile;
import org.ebbflow.data.DataException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFetchTest {
  private static final byte[] IMAGES =
      "images, many of them".repeat(1000).getBytes(StandardCharsets.UTF_8);
  private static final byte[] LABELS = "labels".getBytes(StandardCharsets.UTF_8);

  @TempDir Path cache;
  private HttpServer server;
  private ExecutorService threads;
  private final AtomicInteger requests = new AtomicInteger();
  private final List<String> events = new ArrayList<>();

  private final Progress recording =
      new Progress() {
        @Override
        public void present(Path file) {
          events.add("present " + file.getFileName());
        }

        @Override
        public void received(String name, long bytes, long total) {
          events.add(name + " " + bytes + "/" + total);
        }

        @Override
        public void stored(Path file) {
          events.add("stored " + file.getFileName());
        }
      };

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    serve("/good/images.gz", 200, CsvFileTest.gzip(IMAGES));
    serve("/good/labels.gz", 200, LABELS); // not compressed: the content counts
    serve(
        "/corrupt/images.gz",
        200,
        CsvFileTest.gzip("other images".getBytes(StandardCharsets.UTF_8)));
    serve("/cut/images.gz", 200, Arrays.copyOf(CsvFileTest.gzip(IMAGES), 60));
    serve("/empty/images.gz", 200, new byte[0]);
    server.createContext(
        "/moved/",
        exchange -> {
          String name = exchange.getRequestURI().getPath().substring("/moved/".length());
          exchange.getResponseHeaders().add("Location", "/good/" + name);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    server.createContext(
        "/stalling/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
          // and never goes on
        });
    server.createContext(
        "/breaking/",
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
          exchange.close();
        });
    server.createContext("/silent/", exchange -> {});
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void filesAreStoredThenFoundAgain() throws IOException {
    List<Path> paths = fetch(mirror("/good/"));
    assertThat(paths)
        .containsExactly(cache.resolve("toy/images.gz"), cache.resolve("toy/labels.gz"));
    assertThat(paths.get(1)).hasBinaryContent(LABELS);
    long size = Files.size(paths.get(0));
    assertThat(events)
        .contains("images.gz " + size + "/" + size, "stored images.gz", "stored labels.gz");
    int asked = requests.get();
    events.clear();
    assertThat(fetch(mirror("/good/"))).isEqualTo(paths);
    assertThat(events).containsExactly("present images.gz", "present labels.gz");
    assertThat(requests).hasValue(asked);
    assertThat(stored()).containsExactlyInAnyOrder("images.gz", "labels.gz");
  }

  @Test
  void redirectsAreFollowedAndASlashIsNotNeeded() {
    assertThat(fetch(mirror("/moved"))).hasSize(2);
  }

  @Test
  void aDamagedFileInTheCacheIsFetchedAgain() throws IOException {
    fetch(mirror("/good/"));
    byte[] zipped = Files.readAllBytes(cache.resolve("toy/images.gz"));
    for (byte[] damaged :
        new byte[][] {new byte[0], Arrays.copyOf(zipped, 40), LABELS, {0x1f, (byte) 0x8b, 1, 2}}) {
      Files.write(cache.resolve("toy/images.gz"), damaged);
      events.clear();
      fetch(mirror("/good/"));
      assertThat(events).contains("stored images.gz", "present labels.gz");
      assertThat(cache.resolve("toy/images.gz")).hasBinaryContent(zipped);
    }
  }

  @Test
  void theNextMirrorIsTried() {
    String closed = closedPort();
    for (String bad :
        new String[] {
          mirror("/missing/"),
          closed,
          mirror("/corrupt/"),
          mirror("/cut/"),
          mirror("/empty/"),
          mirror("/breaking/"),
          "https://not a host/"
        }) {
      Path folder = cache.resolve(Integer.toString(bad.hashCode()));
      assertThat(fetch(folder, bad, mirror("/good/"))).as(bad).hasSize(2);
      assertThat(folder.resolve("toy/images.gz")).exists();
    }
  }

  @Test
  void everyFailureIsNamedAndNothingIsKept() throws IOException {
    String closed = closedPort();
    refused(
        () -> fetch(mirror("/missing/"), closed, mirror("/corrupt/")),
        "images.gz could not be fetched",
        mirror("/missing/") + " answered 404",
        closed + " cannot be reached",
        mirror("/corrupt/") + " gives other content (sha256",
        "check the network");
    refused(() -> fetch(mirror("/cut/")), "gives a damaged file");
    refused(() -> fetch(mirror("/breaking/")), "broke off");
    assertThat(stored()).isEmpty();
  }

  @Test
  void serversThatFallSilentAreGivenUp() throws IOException {
    refused(() -> fetch(mirror("/silent/")), "does not answer");
    refused(() -> fetch(mirror("/stalling/")), "stopped sending after 10 bytes");
    assertThat(stored()).isEmpty();
  }

  @Test
  void anInterruptEndsTheFetch() {
    Thread.currentThread().interrupt();
    refused(() -> fetch(mirror("/good/")), "fetching images.gz was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aFolderServesAsWell() throws IOException {
    Path folder = Files.createDirectory(cache.resolve("copy"));
    Files.write(folder.resolve("images.gz"), CsvFileTest.gzip(IMAGES));
    DatasetFetch fetch = new DatasetFetch(manifest(closedPort()), recording);
    refused(() -> fetch.fetch(cache, folder.toString()), "labels.gz", folder + " has no such file");
    Files.write(folder.resolve("labels.gz"), LABELS);
    assertThat(fetch.fetch(cache, folder.toString())).hasSize(2).allMatch(Files::exists);
    assertThat(fetch.fetch(cache.resolve("other"), mirror("/good/"))).hasSize(2);
  }

  @Test
  void aCacheThatIsAFileIsNamed() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "");
    refused(() -> fetch(file, mirror("/good/")), "the cache", "cannot be made");
  }

  @Test
  void theManifestOfMnistIsComplete() {
    Manifest mnist = Manifest.mnist();
    assertThat(mnist.files()).hasSize(4).allMatch(f -> f.sha256().matches("[0-9a-f]{64}"));
    assertThat(mnist.mirrors()).hasSizeGreaterThan(1).allMatch(m -> m.startsWith("https://"));
  }

  private List<Path> fetch(String... mirrors) {
    return fetch(cache, mirrors);
  }

  private List<Path> fetch(Path folder, String... mirrors) {
    return new DatasetFetch(manifest(mirrors), recording, Duration.ofMillis(400)).fetch(folder);
  }

  private static Manifest manifest(String... mirrors) {
    return new Manifest(
        "toy",
        List.of(
            new RemoteFile("images.gz", sha256(IMAGES)),
            new RemoteFile("labels.gz", sha256(LABELS))),
        List.of(mirrors));
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void serve(String path, int status, byte[] content) {
    server.createContext(
        path,
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private String mirror(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static String closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort() + "/";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> stored() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("toy"))) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }

  private static void refused(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n");
  }
}
