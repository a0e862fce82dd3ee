package dev.weft.proxy.xds.parse;

import com.google.protobuf.Struct;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.config.EndpointSet.Endpoint;
import dev.weft.proxy.config.EndpointSet.Health;
import dev.weft.proxy.config.EndpointSet.Locality;
import dev.weft.proxy.config.HostPort;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code ClusterLoadAssignment}. */
final class EndpointReader {
  private static final int MAX_HOSTS = 100_000;
  private static final int MAX_PRIORITY = 128;
  private static final String WEFT = "weft";
  private static final String TRANSPORT_MATCH = "envoy.transport_socket_match";
  private static final String LABELS = "envoy.lb";
  private static final Set<String> METADATA = Set.of(WEFT, TRANSPORT_MATCH, LABELS);
  private static final Set<String> WEFT_KEYS = Set.of("sni", "instance", "cluster");

  private EndpointReader() {}

  /** What tells two hosts apart. */
  private record HostKey(HostPort address, String sni) {}

  /**
   * @param whenUnnamed the name where {@code cluster_name} is empty; empty: it is required
   */
  static EndpointSet read(ClusterLoadAssignment proto, String whenUnnamed, Problems problems) {
    String name = proto.getClusterName().isEmpty() ? whenUnnamed : proto.getClusterName();
    Texts.required(name, problems.field("cluster_name"));
    int hosts =
        proto.getEndpointsList().stream().mapToInt(LocalityLbEndpoints::getLbEndpointsCount).sum();
    List<Locality> localities = new ArrayList<>();
    if (hosts > MAX_HOSTS) {
      problems.field("endpoints").add("has " + hosts + " hosts, at most " + MAX_HOSTS);
    } else {
      Set<HostKey> seen = new HashSet<>();
      BitSet priorities = new BitSet();
      for (int i = 0; i < proto.getEndpointsCount(); i++) {
        Locality locality =
            locality(proto.getEndpoints(i), seen, problems.field("endpoints").item(i));
        priorities.set(locality.priority());
        localities.add(locality);
      }
      if (priorities.nextClearBit(0) < priorities.length()) {
        problems.field("endpoints").add("priority " + priorities.nextClearBit(0) + " is left out");
      }
    }
    return new EndpointSet(
        name,
        localities,
        Numbers.uint32(
            proto.getPolicy().hasOverprovisioningFactor(),
            proto.getPolicy().getOverprovisioningFactor(),
            140,
            100,
            1_000_000,
            problems.field("policy").field("overprovisioning_factor")));
  }

  private static Locality locality(
      LocalityLbEndpoints proto, Set<HostKey> seen, Problems problems) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < proto.getLbEndpointsCount(); i++) {
      Endpoint endpoint = endpoint(proto.getLbEndpoints(i), problems.field("lb_endpoints").item(i));
      // As in Envoy the first of several counts: two registrations of one address do not make the
      // whole assignment bad.
      if (seen.add(new HostKey(endpoint.address(), endpoint.sni()))) {
        endpoints.add(endpoint);
      }
    }
    return new Locality(
        proto.getLocality().getRegion(),
        proto.getLocality().getZone(),
        proto.getLocality().getSubZone(),
        Numbers.within(
            Integer.toUnsignedLong(proto.getPriority()),
            0,
            MAX_PRIORITY,
            0,
            problems.field("priority")),
        Numbers.uint32(
            proto.hasLoadBalancingWeight(),
            proto.getLoadBalancingWeight(),
            0,
            1,
            Integer.MAX_VALUE,
            problems.field("load_balancing_weight")),
        endpoints);
  }

  private static Endpoint endpoint(LbEndpoint proto, Problems problems) {
    Metadata metadata = proto.getMetadata();
    Problems metadataAt = problems.field("metadata").field("filter_metadata");
    for (String key : metadata.getFilterMetadataMap().keySet()) {
      if (!METADATA.contains(key)) {
        metadataAt.entry(key).add("is not supported");
      }
    }
    Map<String, String> weft = strings(metadata, WEFT, metadataAt);
    for (String key : weft.keySet()) {
      if (!WEFT_KEYS.contains(key)) {
        metadataAt.entry(WEFT).entry(key).add("is not supported");
      }
    }
    Problems endpointAt = problems.field("endpoint");
    if (!proto.hasEndpoint()) {
      endpointAt.add("is required");
    }
    return new Endpoint(
        SharedReader.address(
            proto.getEndpoint().hasAddress(),
            proto.getEndpoint().getAddress(),
            1,
            endpointAt.field("address")),
        health(proto.getHealthStatus()),
        Numbers.uint32(
            proto.hasLoadBalancingWeight(),
            proto.getLoadBalancingWeight(),
            1,
            1,
            65_535,
            problems.field("load_balancing_weight")),
        weft.getOrDefault("sni", ""),
        weft.getOrDefault("instance", ""),
        weft.getOrDefault("cluster", ""),
        strings(metadata, TRANSPORT_MATCH, metadataAt),
        strings(metadata, LABELS, metadataAt));
  }

  private static Map<String, String> strings(Metadata metadata, String key, Problems problems) {
    Struct struct = metadata.getFilterMetadataOrDefault(key, Struct.getDefaultInstance());
    return TransportSocketsReader.strings(struct, problems.entry(key));
  }

  private static Health health(HealthStatus proto) {
    return switch (proto) {
      case UNKNOWN, HEALTHY -> Health.HEALTHY;
      case DEGRADED -> Health.DEGRADED;
      case UNHEALTHY, DRAINING, TIMEOUT -> Health.UNHEALTHY;
      // FieldCheck has reported it already.
      case UNRECOGNIZED -> Health.UNHEALTHY;
    };
  }
}
