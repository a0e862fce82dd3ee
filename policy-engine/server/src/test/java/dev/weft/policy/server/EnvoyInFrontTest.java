package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy that asks the running server. */
@QuarkusTest
@TestProfile(CheckServiceTest.WithPolicies.class)
class EnvoyInFrontTest {
  @TestHTTPResource URI server;
  @TempDir Path directory;

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
    """
        + EnvoyUnderTest.clusters(application, server);
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
    try (EnvoyUnderTest envoy =
        new EnvoyUnderTest(
            directory, bootstrap(server.getPort(), application.getAddress().getPort()))) {
      String asks = "http://127.0.0.1:" + envoy.port("asks");
      assertThat(envoy.get(asks + "/").statusCode()).isEqualTo(200);
      HttpResponse<String> denied = envoy.get(asks + "/payments/never");
      assertThat(denied.statusCode()).isEqualTo(403);
      assertThat(denied.body()).isEqualTo("access denied");
      assertThat(denied.headers().map().toString()).doesNotContain("policy[");
    } finally {
      application.stop(0);
    }
  }
}
