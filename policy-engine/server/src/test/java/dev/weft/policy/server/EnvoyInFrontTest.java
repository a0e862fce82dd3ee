package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.weft.parts.Part;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy that asks the running server. */
@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicies.class)
class EnvoyInFrontTest {
  private static final Pattern LISTENER = Pattern.compile("asks::127\\.0\\.0\\.1:(\\d+)");

  @TestHTTPResource URI server;
  @TempDir Path directory;

  private final HttpClient http = HttpClient.newHttpClient();

  private static String bootstrap(int server, int application) {
    return """
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    static_resources:
      listeners:
      - name: asks
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: http
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: asks
              route_config:
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  typed_per_filter_config:
                    ask:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
                      check_settings: {context_extensions: {namespace: shop, service: ledger, port: "1"}}
                  routes: [{match: {prefix: /}, route: {cluster: application}}]
              http_filters:
              - name: ask
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                  transport_api_version: V3
                  grpc_service: {envoy_grpc: {cluster_name: policies}, timeout: 20s}
              - name: router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
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

  private HttpResponse<String> get(String uri) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void itAllowsAndDeniesAndTellsTheCallerNothing() throws Exception {
    HttpServer application =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    application.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, -1);
          }
        });
    application.start();
    Path config =
        Files.writeString(
            directory.resolve("envoy.yaml"),
            bootstrap(server.getPort(), application.getAddress().getPort()));
    Path admin = directory.resolve("admin");
    Path log = directory.resolve("log");
    Process envoy =
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
      Matcher port =
          LISTENER.matcher(get("http://" + Files.readString(admin).strip() + "/listeners").body());
      assertThat(port.find()).isTrue();
      String asks = "http://127.0.0.1:" + port.group(1);
      assertThat(get(asks + "/").statusCode()).isEqualTo(200);
      HttpResponse<String> denied = get(asks + "/payments/never");
      assertThat(denied.statusCode()).isEqualTo(403);
      assertThat(denied.body()).isEqualTo("access denied");
      assertThat(denied.headers().map().toString()).doesNotContain("policy[");
    } finally {
      envoy.destroy();
      envoy.waitFor(10, TimeUnit.SECONDS);
      application.stop(0);
    }
  }
}
