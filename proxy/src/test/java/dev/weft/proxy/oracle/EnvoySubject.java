package dev.weft.proxy.oracle;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.yaml.snakeyaml.Yaml;

/** A real Envoy, one process for all cases, which gets its resources by delta ADS. */
final class EnvoySubject implements Subject {

  private final Process process;
  private final Path directory;
  private final String admin;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, Integer> ports = new HashMap<>();

  private EnvoySubject(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
    Path address = directory.resolve("admin");
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !process.isAlive() || (Files.exists(address) && Files.size(address) > 0));
      this.admin = "http://" + Files.readString(address).strip();
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw new IllegalStateException("Envoy did not start:\n" + log(), e);
    }
  }

  /** Starts it and waits until every listener serves. */
  static EnvoySubject start(Path binary, OracleControlPlane control, List<String> listeners) {
    EnvoySubject envoy = start(binary, control.port());
    envoy.waitFor(listeners, control);
    return envoy;
  }

  /** Starts it, with a control plane on loopback. */
  static EnvoySubject start(Path binary, int controlPort) {
    try {
      Path directory = Files.createTempDirectory(OracleFiles.directory(), "envoy");
      Path bootstrap = directory.resolve("bootstrap.json");
      Files.writeString(bootstrap, Json.write(bootstrap(controlPort)));
      Process process =
          new ProcessBuilder(
                  binary.toString(),
                  "--config-path",
                  bootstrap.toString(),
                  "--admin-address-path",
                  directory.resolve("admin").toString(),
                  "--disable-hot-restart",
                  "--concurrency",
                  "1",
                  "--file-flush-interval-msec",
                  "50",
                  "--log-level",
                  "warning")
              .redirectOutput(directory.resolve("output").toFile())
              .redirectError(directory.resolve("log").toFile())
              .start();
      return new EnvoySubject(process, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the process is there. */
  boolean runs() {
    return process.isAlive();
  }

  private void waitFor(List<String> listeners, OracleControlPlane control) {
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> {
            read(ports);
            return (ports.keySet().containsAll(listeners) && serves())
                || !control.refused().isEmpty();
          });
    } catch (RuntimeException e) {
      close();
      throw new IllegalStateException("Envoy serves " + ports.keySet() + " only:\n" + log(), e);
    }
    if (!control.refused().isEmpty()) {
      close();
      throw new IllegalStateException("Envoy refuses a case's resources: " + control.refused());
    }
  }

  /** Whether connections are accepted: listeners are told before. */
  private boolean serves() throws IOException, InterruptedException {
    return http.send(
                HttpRequest.newBuilder(URI.create(admin + "/ready")).build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode()
        == 200;
  }

  private void read(Map<String, Integer> into) throws IOException, InterruptedException {
    String json =
        http.send(
                HttpRequest.newBuilder(URI.create(admin + "/listeners?format=json")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    // JSON is YAML.
    Map<String, List<Map<String, Object>>> all = new Yaml().load(json);
    for (Map<String, Object> listener : all.getOrDefault("listener_statuses", List.of())) {
      Map<?, ?> address = (Map<?, ?>) listener.get("local_address");
      Map<?, ?> socket = (Map<?, ?>) address.get("socket_address");
      into.put(
          String.valueOf(listener.get("name")), ((Number) socket.get("port_value")).intValue());
    }
  }

  private static Map<String, Object> bootstrap(int controlPort) {
    Map<String, Object> ads = Map.of("ads", Map.of(), "resource_api_version", "V3");
    return Map.of(
        "node", Map.of("id", "oracle", "cluster", "oracle"),
        "admin", Map.of("address", address(0)),
        "dynamic_resources",
            Map.of(
                "ads_config",
                Map.of(
                    "api_type",
                    "DELTA_GRPC",
                    "transport_api_version",
                    "V3",
                    "grpc_services",
                    List.of(Map.of("envoy_grpc", Map.of("cluster_name", "control")))),
                "lds_config",
                ads,
                "cds_config",
                ads),
        // Weft continues traces by itself; Envoy does with a provider.
        "tracing",
            Map.of(
                "http",
                Map.of(
                    "name",
                    "envoy.tracers.opentelemetry",
                    "typed_config",
                    Map.of(
                        "@type",
                        "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
                        "grpc_service",
                        Map.of("envoy_grpc", Map.of("cluster_name", "control"))))),
        "static_resources",
            Map.of(
                "clusters",
                List.of(
                    Map.of(
                        "name",
                        "control",
                        "type",
                        "STATIC",
                        "typed_extension_protocol_options",
                        Map.of(
                            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                            Map.of(
                                "@type",
                                "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                                "explicit_http_config",
                                Map.of("http2_protocol_options", Map.of()))),
                        "load_assignment",
                        Map.of(
                            "cluster_name",
                            "control",
                            "endpoints",
                            List.of(
                                Map.of(
                                    "lb_endpoints",
                                    List.of(
                                        Map.of(
                                            "endpoint",
                                            Map.of("address", address(controlPort)))))))))));
  }

  private static Map<String, Object> address(int port) {
    return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
  }

  /** What it wrote. */
  String log() {
    try {
      // It repeats what it refuses, byte by byte.
      return Files.readString(directory.resolve("log"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  @Override
  public String name() {
    return "Envoy";
  }

  @Override
  public Map<String, Path> streams() {
    return Map.of("error", directory.resolve("log"), "output", directory.resolve("output"));
  }

  @Override
  public int port(String listener) {
    return ports.get(listener);
  }

  @Override
  public void close() {
    http.close();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      for (String file : List.of("admin", "bootstrap.json", "log", "output")) {
        Files.deleteIfExists(directory.resolve(file));
      }
      Files.deleteIfExists(directory);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
