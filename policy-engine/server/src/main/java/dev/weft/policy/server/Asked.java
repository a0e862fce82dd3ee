package dev.weft.policy.server;

import dev.weft.policy.authz.Connection;
import dev.weft.policy.authz.Headers;
import dev.weft.policy.authz.Metadata;
import dev.weft.policy.istio.Workload;
import dev.weft.policy.istio.compile.TokenFilter;
import dev.weft.policy.match.IpAddress;
import dev.weft.policy.match.PathNormalizer;
import dev.weft.policy.xds.Structs;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy asks about: a request, or a connection that carries none. Immutable.
 *
 * @param target whose policies are meant
 * @param method of the request; empty: there is none
 * @param path normalized, with its query
 * @param headers by lower-case name
 * @param told what filters of the proxy found out, by their names
 */
record Asked(
    PolicyBook.Target target,
    Connection connection,
    String method,
    String host,
    String path,
    Map<String, String> headers,
    Map<String, Map<String, @Nullable Object>> told) {
  private static final String TRUSTED_HOPS = "weft-trusted-hops";
  private static final int MOST_PORT = 65_535;

  /** What became of a question. */
  sealed interface Reading permits Understood, Unclear {}

  /** It can be answered. */
  record Understood(Asked asked) implements Reading {}

  /** It cannot be. */
  record Unclear(int status, String reason) implements Reading {}

  /**
   * Reads a question. One without a request is about a connection.
   *
   * @param header of the call, {@link dev.weft.policy.istio.WorkloadHeader}; empty: it has none
   */
  static Reading read(AttributeContext attributes, String header) {
    SocketAddress destination = attributes.getDestination().getAddress().getSocketAddress();
    Whose whose;
    try {
      whose = Whose.of(attributes, header);
    } catch (IllegalArgumentException e) {
      return new Unclear(403, "denied: " + e.getMessage());
    }
    int port =
        number(whose.port().isEmpty() ? String.valueOf(destination.getPortValue()) : whose.port());
    if (port < 0 || (port == 0 && !whose.port().isEmpty())) {
      return new Unclear(403, "denied: the port that is told is none");
    }
    AttributeContext.HttpRequest http = attributes.getRequest().getHttp();
    String path =
        http.getPath().isEmpty() ? "" : PathNormalizer.normalize(http.getPath(), true, false);
    if (path == null) {
      return new Unclear(400, "denied: the path cannot be normalized");
    }
    Map<String, Map<String, @Nullable Object>> told = new HashMap<>();
    attributes
        .getMetadataContext()
        .getFilterMetadataMap()
        .forEach((filter, said) -> told.put(filter, Structs.map(said)));
    told.computeIfPresent(TokenFilter.NAME, (_, said) -> claims(said));
    return new Understood(
        new Asked(
            new PolicyBook.Target(
                whose.workload(),
                whose.labelled(),
                destination.getAddress(),
                port,
                attributes.getRequest().hasHttp()),
            connection(attributes, destination, whose.workload()),
            http.getMethod(),
            http.getHost(),
            path,
            http.getHeadersMap(),
            told));
  }

  /**
   * Where rules look for them: a sidecar asks before its tokens are enforced, and tells the claims
   * of what the request came with. What was enforced by whoever asks counts first.
   */
  private static Map<String, @Nullable Object> claims(Map<String, @Nullable Object> said) {
    Object presented = said.get(TokenFilter.PRESENTED);
    if (presented == null) {
      return said;
    }
    Map<String, @Nullable Object> claims = new HashMap<>(said);
    claims.putIfAbsent(TokenFilter.PAYLOAD, presented);
    return claims;
  }

  private static int number(String text) {
    int number = text.matches("\\d{1,5}") ? Integer.parseInt(text) : -1;
    return number > MOST_PORT ? -1 : number;
  }

  private static Connection connection(
      AttributeContext attributes, SocketAddress destination, Workload workload) {
    String principal = attributes.getSource().getPrincipal();
    IpAddress source =
        IpAddress.parse(attributes.getSource().getAddress().getSocketAddress().getAddress());
    return new Connection(
        principal.isEmpty() ? null : Connection.Peer.named(principal),
        serverName(attributes),
        IpAddress.parse(destination.getAddress()),
        destination.getPortValue(),
        source,
        source,
        client(attributes, source, workload));
  }

  /** Of connections a proxy tells it as the service that is asked for, too. */
  private static String serverName(AttributeContext attributes) {
    String told = attributes.getTlsSession().getSni();
    return told.isEmpty() && !attributes.getRequest().hasHttp()
        ? attributes.getDestination().getService()
        : told;
  }

  /**
   * Who the proxies in front of the one that asks were called by: so many of them as the workload
   * trusts have added to the header, one unless it says otherwise. Envoy tells the connection's
   * other end only.
   */
  private static @Nullable IpAddress client(
      AttributeContext attributes, @Nullable IpAddress source, Workload workload) {
    int hops = number(workload.labels().getOrDefault(TRUSTED_HOPS, "1"));
    String[] forwarded =
        attributes.getRequest().getHttp().getHeadersOrDefault("x-forwarded-for", "").split(",", -1);
    IpAddress client =
        hops < 1 || hops > forwarded.length
            ? null
            : IpAddress.parse(forwarded[forwarded.length - hops].strip());
    return client == null ? source : client;
  }

  /** The headers, those with a colon too. */
  Headers fields() {
    return name ->
        switch (name) {
          case ":method" -> method;
          case ":path" -> path;
          case ":authority", "host" -> host;
          default -> headers.get(name);
        };
  }

  /** What filters found out. */
  Metadata metadata() {
    return told::get;
  }

  /** Whether the proxy has verified a token. */
  boolean toldOfTokens() {
    Map<String, @Nullable Object> said = told.get(TokenFilter.NAME);
    return said != null && said.containsKey(TokenFilter.PAYLOAD);
  }

  /** The same with what a token says. */
  Asked withTokens(Map<String, ?> claims) {
    if (claims.isEmpty()) {
      return this;
    }
    Map<String, Map<String, @Nullable Object>> all = new HashMap<>(told);
    all.put(TokenFilter.NAME, new HashMap<>(claims));
    return new Asked(target, connection, method, host, path, headers, all);
  }
}
