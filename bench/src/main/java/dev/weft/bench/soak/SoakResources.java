package dev.weft.bench.soak;

import dev.weft.bench.peer.Resources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the nodes of a soak are told, from the templates beside this class. */
final class SoakResources {
  private static final String SERVICE = ".payments.default.east.demo";
  private static final String TYPE = "type.googleapis.com/envoy.config.";

  private SoakResources() {}

  /**
   * A host of an upstream.
   *
   * @param instance the label that its server name begins with
   */
  record Host(String instance, int port) {}

  /**
   * A service as the caller's sidecar knows it.
   *
   * @param name of the upstream
   * @param port the application's, which server names carry
   * @param http whether it is called by HTTP/2; else bytes
   */
  record Service(String name, int port, boolean http) {}

  static final List<Service> SERVICES =
      List.of(
          new Service("near.default", 9001, true),
          new Service("far.default", 9001, true),
          new Service("near-bytes.default", 9002, false),
          new Service("far-bytes.default", 9002, false));

  /**
   * The caller's sidecar: listeners and upstreams, neither endpoints nor routes.
   *
   * @param failures where it writes a line for each request that has a response flag
   */
  static List<Resources.Named> orders(int http, int nearBytes, int farBytes, Path failures)
      throws IOException {
    String text = template("orders");
    List<String> places =
        List.of("NEAR_UPSTREAM", "FAR_UPSTREAM", "NEAR_BYTES_UPSTREAM", "FAR_BYTES_UPSTREAM");
    for (int i = 0; i < places.size(); i++) {
      Service service = SERVICES.get(i);
      text =
          fill(
              text,
              Map.of(
                  places.get(i),
                  fill(
                      template("upstream"),
                      Map.of(
                          "NAME",
                          service.name(),
                          "SNI",
                          service.port() + SERVICE,
                          "HTTP2",
                          service.http() ? template("http2") : "",
                          "ALPN",
                          service.http() ? "\"alpn_protocols\": [\"h2\"]," : ""))));
    }
    return Resources.parse(
        fill(
            text,
            Map.of(
                "HTTP", Integer.toString(http),
                "FAILURES", failures.toString(),
                "NEAR_BYTES", Integer.toString(nearBytes),
                "FAR_BYTES", Integer.toString(farBytes))));
  }

  /** The ports of applications behind a server's sidecar. */
  record Applications(int http1, int http2, int webSocket) {}

  /** A server's sidecar. */
  static List<Resources.Named> payments(int inbound, int unused, Applications applications)
      throws IOException {
    String tls = template("downstream-tls");
    return Resources.parse(
        fill(
            template("payments"),
            Map.of(
                "RBAC", template("rbac"),
                "TLS_HTTP", fill(tls, Map.of("ALPN", "\"alpn_protocols\": [\"h2\"],")),
                "TLS_BYTES", fill(tls, Map.of("ALPN", "")),
                "INBOUND", Integer.toString(inbound),
                "UNUSED", Integer.toString(unused),
                "HTTP1", Integer.toString(applications.http1()),
                "HTTP2", Integer.toString(applications.http2()),
                "WEBSOCKET", Integer.toString(applications.webSocket()))));
  }

  /** A server's upstreams without the applications, so that no connection is kept to them. */
  static List<Resources.Named> withoutApplications() throws IOException {
    List<String> upstreams =
        List.of(9001, 9003, 9004).stream()
            .map(port ->
                String.format(
                    Locale.ROOT,
                    """
                    {"@type": "%scluster.v3.Cluster", "name": "inbound|%d", "type": "STATIC",
                     "connect_timeout": "30s", "load_assignment": {"cluster_name": "inbound|%d"}}
                    """,
                    TYPE,
                    port,
                    port))
            .toList();
    return Resources.parse("[" + String.join(",", upstreams) + "]");
  }

  /** The gateway. */
  static List<Resources.Named> gateway(int eastWest) throws IOException {
    return Resources.parse(
        fill(template("gateway"), Map.of("EAST_WEST", Integer.toString(eastWest))));
  }

  /** Endpoints of an upstream; without hosts there are none. */
  static Resources.Named endpoints(String upstream, int port, List<Host> hosts) throws IOException {
    return endpoints(upstream, hosts.stream().map(host -> endpoint(host, port)).toList());
  }

  /** Endpoints of the gateway's upstream: each instance for each of the service's ports. */
  static Resources.Named exported(List<Host> hosts) throws IOException {
    return endpoints(
        "export|payments.default",
        hosts.stream()
            .flatMap(host -> List.of(9001, 9002).stream().map(port -> endpoint(host, port)))
            .toList());
  }

  private static Resources.Named endpoints(String upstream, List<String> endpoints)
      throws IOException {
    String localities =
        endpoints.isEmpty()
            ? ""
            : "{\"locality\": {\"region\": \"eu\", \"zone\": \"a\", \"sub_zone\": \"east\"},"
                + " \"lb_endpoints\": ["
                + String.join(",", endpoints)
                + "]}";
    return Resources.parse(
            "[{\"@type\": \""
                + TYPE
                + "endpoint.v3.ClusterLoadAssignment\", \"cluster_name\": \""
                + upstream
                + "\", \"endpoints\": ["
                + localities
                + "]}]")
        .getFirst();
  }

  private static String endpoint(Host host, int port) {
    return String.format(
        Locale.ROOT,
        """
        {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}},
         "health_status": "HEALTHY",
         "metadata": {"filter_metadata": {
           "envoy.transport_socket_match": {"cluster": "east"},
           "weft": {"sni": "%s.%d%s", "instance": "%s", "cluster": "east"}}}}
        """,
        host.port(),
        host.instance(),
        port,
        SERVICE,
        host.instance());
  }

  /**
   * The routes of a round: to one upstream by turns, or to two by weight, among as many others as
   * the round says.
   */
  static Resources.Named routes(int round) throws IOException {
    String near =
        round % 3 == 2
            ? """
            "weighted_clusters": {"clusters": [{"name": "near.default", "weight": 70}, {"name": "far.default", "weight": 30}]}\
            """
            : "\"cluster\": \"near.default\"";
    StringBuilder hosts = new StringBuilder();
    hosts.append(virtualHost("near.mesh", near, round));
    hosts.append(',').append(virtualHost("far.mesh", "\"cluster\": \"far.default\"", round));
    for (int i = 0; i < round % 20; i++) {
      hosts.append(',').append(virtualHost("other-" + i + ".mesh", near, round));
    }
    return Resources.parse(
            "[{\"@type\": \""
                + TYPE
                + "route.v3.RouteConfiguration\", \"name\": \"outbound\", \"virtual_hosts\": ["
                + hosts
                + "]}]")
        .getFirst();
  }

  private static String virtualHost(String domain, String to, int round) throws IOException {
    String repeatable =
        ", \"headers\": [{\"name\": \":method\", \"string_match\": {\"safe_regex\": {\"regex\":"
            + " \"GET|HEAD|PUT|DELETE\"}}}]";
    String route = template("route");
    return "{\"name\": \""
        + domain
        + "\", \"domains\": [\""
        + domain
        + "\"], \"routes\": ["
        + fill(
            route,
            Map.of(
                "NAME",
                domain + "/repeatable",
                "MATCH",
                repeatable,
                "TO",
                to,
                "ON",
                "connect-failure,refused-stream,reset,gateway-error,retriable-headers",
                "ROUND",
                Integer.toString(round)))
        + ","
        + fill(
            route,
            Map.of(
                "NAME",
                domain + "/unreached-only",
                "MATCH",
                "",
                "TO",
                to,
                "ON",
                "connect-failure,refused-stream,reset-before-request,retriable-headers",
                "ROUND",
                Integer.toString(round)))
        + "]}";
  }

  /** Who is trusted; every other round one trust domain more. */
  static Resources.Named trust(String roots, int round) throws IOException {
    String inline = roots.replace("\n", "\\n");
    String further =
        ", {\"name\": \"west.demo\", \"trust_bundle\": {\"inline_string\": \"" + inline + "\"}}";
    return Resources.parse(
            fill(
                template("trust"),
                Map.of("ROOTS", inline, "FURTHER", round % 2 == 0 ? "" : further)))
        .getFirst();
  }

  private static String fill(String text, Map<String, String> values) {
    String filled = text;
    for (Map.Entry<String, String> value : values.entrySet()) {
      filled = filled.replace("${" + value.getKey() + "}", value.getValue());
    }
    return filled;
  }

  private static String template(String name) throws IOException {
    try (InputStream in = SoakResources.class.getResourceAsStream(name + ".json")) {
      if (in == null) {
        throw new IOException(name + ".json is not in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
