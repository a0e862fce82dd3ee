package dev.weft.agent.compile.upstream;

import com.google.protobuf.Any;
import dev.weft.agent.compile.secret.TrustBundles;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.v1.SniInstance;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.List;

/**
 * The upstreams that are no service as callers see it: the application beside a sidecar, and what a
 * gateway dials.
 */
public final class Fixed {
  /** The name of the agent's upstream at a gateway. */
  public static final String AGENT = "agent";

  static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final long CONNECT_TIMEOUT_MILLIS = 500;

  private Fixed() {}

  /** The application beside a sidecar. */
  public record Application(int port, Address address, boolean http2) {
    public String name() {
      return "inbound|" + port;
    }
  }

  /** The gateways of a peer, probed. */
  public record Peer(String cluster, String probeName, SpiffeId gateway, List<Address> addresses) {
    public Peer {
      addresses = List.copyOf(addresses);
    }

    public String name() {
      return "peer|" + cluster;
    }
  }

  /** The name of an exported service's upstream at a gateway. */
  public static String exportName(ServiceKey service) {
    return "export|" + service.upstreamName();
  }

  public static Cluster application(Application application) {
    HttpProtocolOptions.ExplicitHttpConfig.Builder http =
        HttpProtocolOptions.ExplicitHttpConfig.newBuilder();
    if (application.http2()) {
      http.setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance());
    } else {
      http.setHttpProtocolOptions(Http1ProtocolOptions.newBuilder().setEnableTrailers(true));
    }
    return fixed(application.name(), List.of(application.address()))
        .setCircuitBreakers(Upstreams.breakers())
        .putTypedExtensionProtocolOptions(
            HTTP_OPTIONS,
            Any.pack(HttpProtocolOptions.newBuilder().setExplicitHttpConfig(http).build()))
        .build();
  }

  /** The agent, as gateways reach it. */
  public static Cluster agent(Address address) {
    return fixed(AGENT, List.of(address)).build();
  }

  /**
   * An exported service's instances in this cluster.
   *
   * @param bySni whether the node understands {@link SniInstance}
   */
  public static Cluster export(ServiceKey service, boolean bySni) {
    LoadBalancingPolicy.Builder policies = LoadBalancingPolicy.newBuilder();
    if (bySni) {
      policies.addPolicies(
          LoadBalancingPolicy.Policy.newBuilder()
              .setTypedExtensionConfig(
                  Wire.extension("weft.v1.SniInstance", SniInstance.getDefaultInstance())));
    }
    policies.addPolicies(
        LoadBalancingPolicy.Policy.newBuilder()
            .setTypedExtensionConfig(
                Wire.extension(
                    "envoy.load_balancing_policies.round_robin", RoundRobin.getDefaultInstance())));
    return Cluster.newBuilder()
        .setName(exportName(service))
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(Wire.ads()))
        .setConnectTimeout(Wire.millis(CONNECT_TIMEOUT_MILLIS))
        .setLoadBalancingPolicy(policies)
        .setCommonLbConfig(Upstreams.noPanic())
        .setCircuitBreakers(Upstreams.breakers())
        .build();
  }

  public static Cluster peer(Peer peer) {
    return fixed(peer.name(), peer.addresses())
        .setTransportSocket(
            Wire.tls(
                UpstreamTlsContext.newBuilder()
                    .setSni(peer.probeName())
                    .setCommonTlsContext(
                        TrustBundles.exactly(peer.gateway()).addAlpnProtocols("http/1.1"))
                    .build()))
        .addHealthChecks(
            HealthCheck.newBuilder()
                .setTimeout(Wire.millis(1_000))
                .setInterval(Wire.millis(1_000))
                .setUnhealthyThreshold(Wire.number(2))
                .setHealthyThreshold(Wire.number(1))
                .setHttpHealthCheck(
                    HealthCheck.HttpHealthCheck.newBuilder()
                        // The upstream's name, which would be sent otherwise, is no valid host.
                        .setHost(peer.probeName())
                        .setPath("/weft/probe")))
        .build();
  }

  static Cluster.Builder fixed(String name, List<Address> addresses) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (Address address : addresses) {
      locality.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(Endpoint.newBuilder().setAddress(Wire.address(address))));
    }
    return Cluster.newBuilder()
        .setName(name)
        .setType(Cluster.DiscoveryType.STATIC)
        .setConnectTimeout(Wire.millis(CONNECT_TIMEOUT_MILLIS))
        .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
        .setLoadAssignment(
            ClusterLoadAssignment.newBuilder().setClusterName(name).addEndpoints(locality));
  }
}
