package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.parts.Part;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Envoy. */
final class EnvoyUnderTest implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Process envoy;
  private final String listeners;

  /** Started and ready. */
  EnvoyUnderTest(Path directory, String bootstrap) throws Exception {
    Path config = Files.writeString(directory.resolve("envoy.yaml"), bootstrap);
    Path admin = directory.resolve("admin");
    Path log = directory.resolve("log");
    envoy =
        new ProcessBuilder(
                Part.ENVOY.required().toString(),
                "-c",
                config.toString(),
                "--use-dynamic-base-id",
                "--concurrency",
                "1",
                "-l",
                "warning",
                "--admin-address-path",
                admin.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      await()
          .until(() -> {
            assertThat(envoy.isAlive()).as(Files.readString(log)).isTrue();
            return Files.exists(admin)
                && Files.size(admin) > 0
                && get("http://" + Files.readString(admin).strip() + "/ready").statusCode() == 200;
          });
      listeners = get("http://" + Files.readString(admin).strip() + "/listeners").body();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /**
   * For {@code static_resources}: an {@code application}, and as {@code policies} the server that
   * is asked.
   *
   * @param application its port on loopback
   * @param server its port on loopback
   */
  static String clusters(int application, int server) {
    return """
      clusters:
      - name: application
        load_assignment:
          cluster_name: application
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: APPLICATION}}}}]}]
      - name: policies
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config: {http2_protocol_options: {}}
        load_assignment:
          cluster_name: policies
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: SERVER}}}}]}]
    """
        .replace("APPLICATION", String.valueOf(application))
        .replace("SERVER", String.valueOf(server));
  }

  /** Where a listener listens. */
  int port(String listener) {
    Matcher port =
        Pattern.compile(Pattern.quote(listener) + "::127\\.0\\.0\\.1:(\\d+)").matcher(listeners);
    assertThat(port.find()).as(listeners).isTrue();
    return Integer.parseInt(port.group(1));
  }

  HttpResponse<String> get(String uri) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() throws InterruptedException {
    envoy.destroy();
    envoy.waitFor(10, TimeUnit.SECONDS);
    http.close();
  }
}
