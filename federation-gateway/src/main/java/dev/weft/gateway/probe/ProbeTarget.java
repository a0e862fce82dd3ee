package dev.weft.gateway.probe;

import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.TransportSockets;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One gateway of a peer.
 *
 * @param cluster the peer
 * @param authority what the probe's request names as its host
 */
record ProbeTarget(String cluster, HealthCheck check, String authority, HostTarget host) {

  /** Upstreams of this prefix are peers' gateways; what follows is the peer's cluster. */
  static final String PREFIX = "peer|";

  HostPort address() {
    return host.address();
  }

  /**
   * All that a configuration asks to probe: the first health check of each peer's upstream, at each
   * of its addresses.
   */
  static Set<ProbeTarget> in(Snapshot snapshot) {
    Set<ProbeTarget> targets = new LinkedHashSet<>();
    for (UpstreamConfig upstream : snapshot.upstreams().values()) {
      EndpointSet endpoints = endpoints(snapshot, upstream);
      if (!upstream.name().startsWith(PREFIX)
          || upstream.healthChecks().isEmpty()
          || endpoints == null) {
        continue;
      }
      for (EndpointSet.Locality locality : endpoints.localities()) {
        for (EndpointSet.Endpoint endpoint : locality.endpoints()) {
          targets.add(of(upstream, endpoint));
        }
      }
    }
    return targets;
  }

  /**
   * The same configuration for traffic, without the health checks of the peers' upstreams: the
   * probes are those checks, and no request goes there that would need to know their result.
   */
  static Snapshot withoutChecks(Snapshot snapshot) {
    Map<String, UpstreamConfig> upstreams = new HashMap<>(snapshot.upstreams());
    upstreams.replaceAll((name, upstream) ->
        name.startsWith(PREFIX) && !upstream.healthChecks().isEmpty()
            ? upstream.withoutHealthChecks()
            : upstream);
    return new Snapshot(
        snapshot.version(),
        snapshot.listeners(),
        snapshot.routes(),
        upstreams,
        snapshot.endpoints(),
        snapshot.validation());
  }

  private static @Nullable EndpointSet endpoints(Snapshot snapshot, UpstreamConfig upstream) {
    return upstream.endpointsName().isEmpty()
        ? upstream.inlineEndpoints()
        : snapshot.endpoints().get(upstream.endpointsName());
  }

  private static ProbeTarget of(UpstreamConfig upstream, EndpointSet.Endpoint endpoint) {
    HealthCheck check = upstream.healthChecks().getFirst();
    UpstreamTls tls = tls(upstream.transport(), endpoint);
    String sni = endpoint.sni().isEmpty() && tls != null ? tls.sni() : endpoint.sni();
    return new ProbeTarget(
        upstream.name().substring(PREFIX.length()),
        check,
        authority(check, sni, upstream.name()),
        new HostTarget(
            upstream.name(),
            endpoint.address(),
            tls,
            sni,
            upstream.protocol(),
            upstream.http1(),
            upstream.http2(),
            upstream.connectTimeout(),
            upstream.perConnectionBufferLimitBytes()));
  }

  // Envoy would take the upstream's name, which is no host that a strict server accepts.
  private static String authority(HealthCheck check, String sni, String upstream) {
    if (!check.host().isEmpty()) {
      return check.host();
    }
    return sni.isEmpty() ? upstream : sni;
  }

  private static @Nullable UpstreamTls tls(
      TransportSockets sockets, EndpointSet.Endpoint endpoint) {
    for (TransportSockets.Match match : sockets.matches()) {
      if (endpoint.transportMatch().entrySet().containsAll(match.criteria().entrySet())) {
        return match.tls();
      }
    }
    return sockets.fallback();
  }
}
