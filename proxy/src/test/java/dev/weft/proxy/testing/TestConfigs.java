package dev.weft.proxy.testing;

import dev.weft.policy.match.StringMatcher;
import dev.weft.proxy.config.ChainMatch;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.Http2Settings;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.ListenerConfig;
import dev.weft.proxy.config.ListenerInspection;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.TrustContext;
import dev.weft.proxy.config.UpgradeConfig;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Small configurations for tests of the data plane. */
public final class TestConfigs {
  public static final Http2Settings HTTP2 =
      new Http2Settings(100, 65_535, 1 << 20, Duration.ZERO, Duration.ZERO);

  public static final Http1Settings HTTP1 = new Http1Settings(true, "", true, false);

  private TestConfigs() {}

  /** HTTP with generous times and routes named "routes". */
  public static HttpConnectionManager http() {
    return http(Duration.ofMinutes(1), Duration.ofSeconds(30));
  }

  /** HTTP with these times. */
  public static HttpConnectionManager http(Duration idle, Duration requestHeaders) {
    return http(idle, requestHeaders, HTTP2);
  }

  /** HTTP with these times and settings of HTTP/2. */
  public static HttpConnectionManager http(
      Duration idle, Duration requestHeaders, Http2Settings http2) {
    return new HttpConnectionManager(
        "test",
        HttpConnectionManager.Codec.AUTO,
        new HttpConnectionManager.Routes.Named("routes"),
        true,
        false,
        idle,
        Duration.ZERO,
        requestHeaders,
        8,
        50,
        http2,
        List.of(),
        new HttpProtocols(HTTP1, true, true, List.of(new UpgradeConfig("websocket", true, false))));
  }

  public static FilterChain chain(
      ChainMatch match, @Nullable DownstreamTls tls, FilterChain.Terminal terminal) {
    return new FilterChain("chain", match, tls, List.of(), terminal);
  }

  /** One listener on a free port with the chains given. */
  public static ListenerConfig listener(String name, boolean inspectTls, FilterChain... chains) {
    return new ListenerConfig(
        name,
        new HostPort("127.0.0.1", 0),
        ListenerInspection.of(inspectTls, Duration.ofSeconds(20)),
        List.of(chains),
        null,
        64 * 1024);
  }

  /** A plaintext HTTP listener named "main". */
  public static Snapshot plaintext(long version, HttpConnectionManager http) {
    return snapshot(version, Map.of(), listener("main", false, chain(ChainMatch.ANY, null, http)));
  }

  public static Snapshot snapshot(
      long version, Map<String, TrustContext> trust, ListenerConfig... listeners) {
    Map<String, ListenerConfig> byName = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      byName.put(listener.name(), listener);
    }
    return new Snapshot(version, byName, Map.of(), Map.of(), Map.of(), trust);
  }

  /** mTLS as a mesh's sidecars speak it: own certificate, trust in "trust-bundles", h2 first. */
  public static TlsParams mtls(SanMatcher... expected) {
    return new TlsParams(
        "TLSv1.3",
        "TLSv1.3",
        List.of("h2", "http/1.1"),
        "svid",
        "trust-bundles",
        List.of(expected));
  }

  /** Expects exactly this identity. */
  public static SanMatcher identity(String uri) {
    return new SanMatcher(SanMatcher.SanType.URI, StringMatcher.exact(uri));
  }

  /** A sidecar's inbound listener "main": strict mTLS for the server names, and nothing else. */
  public static ListenerConfig inbound(FilterChain.Terminal terminal, String... serverNames) {
    return listener(
        "main",
        true,
        chain(
            new ChainMatch(0, List.of(serverNames), "tls", List.of()),
            new DownstreamTls(mtls(), true),
            terminal));
  }

  /** A plaintext host on a local port. */
  public static HostTarget target(int port, HttpProtocol protocol) {
    return target(port, protocol, null, HTTP2);
  }

  public static HostTarget target(
      int port, HttpProtocol protocol, @Nullable UpstreamTls tls, Http2Settings http2) {
    return target(port, protocol, tls, http2, Duration.ofSeconds(15));
  }

  /** A host that has to be connected to, and greet, in time. */
  public static HostTarget target(
      int port,
      HttpProtocol protocol,
      @Nullable UpstreamTls tls,
      Http2Settings http2,
      Duration connectTimeout) {
    return new HostTarget(
        "upstream",
        new HostPort("127.0.0.1", port),
        tls,
        "",
        protocol,
        HTTP1,
        http2,
        connectTimeout,
        64 * 1024);
  }
}
