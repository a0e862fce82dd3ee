package dev.weft.agent.compile.endpoint;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.agent.compile.upstream.Upstreams;
import dev.weft.agent.compile.wire.Wire;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ServerNames;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A load assignment: where an upstream's hosts are, in which order they are used, and how they are.
 */
public final class Endpoints {
  private static final int HEAVIEST = 65_535;

  private Endpoints() {}

  /**
   * What a load assignment depends on.
   *
   * @param overprovisioning percent, 100 to 10000
   * @param groups by priority, without holes
   */
  public record Slice(String upstream, int overprovisioning, List<Group> groups) {
    public Slice {
      groups = List.copyOf(groups);
    }

    /**
     * What a gateway with these hosts passes on.
     *
     * @param perInstance whether it tells instances apart, see {@link #compile}
     */
    public Set<String> serves(boolean perInstance) {
      return groups.stream()
          .flatMap(group -> group.hosts().stream())
          .map(host -> perInstance ? host.sni() : ServerNames.withoutInstance(host.sni()))
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * Hosts of one place.
   *
   * @param cluster of the mesh
   */
  public record Group(String cluster, String region, String zone, int priority, List<Host> hosts) {
    public Group {
      hosts = List.copyOf(hosts);
    }
  }

  /**
   * One host.
   *
   * @param instance the registration's id
   * @param sni its server name
   * @param weight 1 to 65535
   * @param plaintext whether it is dialled without TLS
   */
  public record Host(
      String instance, Address address, String sni, int weight, Status status, boolean plaintext) {
    /** The same, dialled over TLS. */
    public Host overTls() {
      return plaintext ? new Host(instance, address, sni, weight, status, false) : this;
    }
  }

  /** How a host is, as sent. */
  public enum Status {
    HEALTHY,
    /** Known to be alive but to be used only where nothing healthy is left. */
    DEGRADED,
    UNHEALTHY,
    /** Nothing is known; its priority says what that means. */
    UNKNOWN
  }

  /**
   * @param perInstance whether the node understands the {@code weft} metadata; without, hosts
   *     behind one address become one
   */
  public static ClusterLoadAssignment compile(Slice slice, boolean perInstance) {
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder()
            .setClusterName(slice.upstream())
            .setPolicy(
                ClusterLoadAssignment.Policy.newBuilder()
                    .setOverprovisioningFactor(Wire.number(slice.overprovisioning())));
    for (Group group : slice.groups()) {
      LocalityLbEndpoints.Builder locality =
          LocalityLbEndpoints.newBuilder()
              .setLocality(
                  Locality.newBuilder()
                      .setRegion(group.region())
                      .setZone(group.zone())
                      .setSubZone(group.cluster()))
              .setPriority(group.priority());
      if (perInstance) {
        group.hosts().forEach(host -> locality.addLbEndpoints(endpoint(group, host, true)));
      } else {
        byAddress(group.hosts())
            .forEach(host -> locality.addLbEndpoints(endpoint(group, host, false)));
      }
      assignment.addEndpoints(locality);
    }
    return assignment.build();
  }

  private static LbEndpoint endpoint(Group group, Host host, boolean perInstance) {
    Struct.Builder socket = text("cluster", group.cluster());
    if (host.plaintext()) {
      socket.putFields(Upstreams.MTLS, value(Upstreams.DISABLED));
    }
    Metadata.Builder metadata =
        Metadata.newBuilder().putFilterMetadata("envoy.transport_socket_match", socket.build());
    if (perInstance) {
      metadata.putFilterMetadata(
          "weft",
          text("sni", host.sni())
              .putFields("instance", value(host.instance()))
              .putFields("cluster", value(group.cluster()))
              .build());
    }
    return LbEndpoint.newBuilder()
        .setEndpoint(
            io.envoyproxy.envoy.config.endpoint.v3.Endpoint.newBuilder()
                .setAddress(Wire.address(host.address())))
        .setHealthStatus(
            switch (host.status()) {
              case HEALTHY -> HealthStatus.HEALTHY;
              case DEGRADED -> HealthStatus.DEGRADED;
              case UNHEALTHY -> HealthStatus.UNHEALTHY;
              case UNKNOWN -> HealthStatus.UNKNOWN;
            })
        .setLoadBalancingWeight(Wire.number(host.weight()))
        .setMetadata(metadata)
        .build();
  }

  /**
   * One host for each address: as good as the best behind it, weighted by what is good behind it.
   */
  private static List<Host> byAddress(List<Host> hosts) {
    Map<Address, Host> merged = new LinkedHashMap<>();
    for (Host host : hosts) {
      merged.merge(host.address(), host, Endpoints::merge);
    }
    return List.copyOf(merged.values());
  }

  private static Host merge(Host one, Host two) {
    if (one.status() != two.status()) {
      return rank(one.status()) < rank(two.status()) ? one : two;
    }
    return new Host(
        one.instance(),
        one.address(),
        one.sni(),
        Math.min(HEAVIEST, one.weight() + two.weight()),
        one.status(),
        one.plaintext());
  }

  private static int rank(Status status) {
    return switch (status) {
      case HEALTHY -> 0;
      case UNKNOWN -> 1;
      case DEGRADED -> 2;
      case UNHEALTHY -> 3;
    };
  }

  private static Struct.Builder text(String key, String value) {
    return Struct.newBuilder().putFields(key, value(value));
  }

  private static Value value(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
