package dev.weft.agent.catalog.consul;

import static org.assertj.core.api.Assertions.fail;

import dev.weft.parts.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Consul server with a data directory, which can be killed, stopped and started again. */
public final class TestConsul implements AutoCloseable {
  private final Path binary;
  private final Path directory;
  private final List<Integer> ports = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private Process process;

  /** Starts one and waits for its leader; on other ports, where somebody else was given one. */
  TestConsul(Path directory) throws Exception {
    this.binary = Part.CONSUL.required();
    this.directory = directory;
    for (int attempt = 1; !starts(attempt == 3); attempt++) {
      forget();
    }
  }

  private boolean starts(boolean last) throws Exception {
    choosePorts();
    try {
      start();
      return true;
    } catch (IllegalStateException portTaken) {
      if (last) {
        throw portTaken;
      }
      return false;
    }
  }

  private void choosePorts() throws IOException {
    ports.clear();
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    for (ServerSocket socket : held) {
      ports.add(socket.getLocalPort());
      socket.close();
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + ports.get(0));
  }

  void start() throws Exception {
    process =
        new ProcessBuilder(
                binary.toString(),
                "agent",
                "-server",
                "-bootstrap-expect=1",
                "-node=node-a",
                "-bind=127.0.0.1",
                "-client=127.0.0.1",
                "-data-dir=" + directory.resolve("consul"),
                "-http-port=" + ports.get(0),
                "-server-port=" + ports.get(1),
                "-serf-lan-port=" + ports.get(2),
                "-serf-wan-port=-1",
                "-dns-port=-1",
                "-grpc-port=-1",
                "-grpc-tls-port=-1",
                "-hcl=performance { raft_multiplier = 1 }",
                "-hcl=disable_update_check = true")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("consul.log").toFile())
            .start();
    for (int i = 0; i < 600; i++) {
      try {
        if (send("GET", "/v1/status/leader", "").body().length() > 2) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("Consul ended: " + log());
      }
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    fail("Consul has no leader after 60 s: " + log());
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("consul.log"));
  }

  HttpResponse<String> put(String path, String body) throws Exception {
    HttpResponse<String> response = send("PUT", path, body);
    if (response.statusCode() != 200) {
      fail(path + ": " + response.statusCode() + " " + response.body());
    }
    return response;
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(url().resolve(path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void forget() throws IOException {
    if (!Files.exists(directory.resolve("consul"))) {
      return;
    }
    try (var files = Files.walk(directory.resolve("consul"))) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** STOP or CONT. */
  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() throws Exception {
    signal("CONT");
    kill();
    client.shutdownNow();
  }
}
