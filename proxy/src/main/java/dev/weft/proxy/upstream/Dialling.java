package dev.weft.proxy.upstream;

import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is dialled: its transport socket by metadata, its own server name first. Pure.
 */
final class Dialling {
  private Dialling() {}

  static HostTarget target(UpstreamConfig config, Endpoint endpoint) {
    UpstreamTls tls = tls(config.transport(), endpoint);
    String sni = "";
    if (tls != null) {
      sni = endpoint.sni().isEmpty() ? tls.sni() : endpoint.sni();
    }
    return new HostTarget(
        config.name(),
        endpoint.address(),
        tls,
        sni,
        config.protocol(),
        config.http1(),
        config.http2(),
        config.connectTimeout(),
        config.perConnectionBufferLimitBytes(),
        config.transport().proxyProtocol());
  }

  private static @Nullable UpstreamTls tls(TransportSockets sockets, Endpoint endpoint) {
    for (TransportSockets.Match match : sockets.matches()) {
      if (endpoint.transportMatch().entrySet().containsAll(match.criteria().entrySet())) {
        return match.tls();
      }
    }
    return sockets.fallback();
  }
}
