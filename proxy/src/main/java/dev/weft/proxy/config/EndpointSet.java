package dev.weft.proxy.config;

import java.util.List;
import java.util.Map;

/**
 * A ClusterLoadAssignment.
 *
 * @param overprovisioningFactor percent, Envoy's default 140
 */
public record EndpointSet(String name, List<Locality> localities, int overprovisioningFactor) {

  public EndpointSet {
    localities = List.copyOf(localities);
  }

  /**
   * Endpoints in one place with one priority.
   *
   * @param priority 0 is tried first
   * @param weight 0: unset
   */
  public record Locality(
      String region,
      String zone,
      String subZone,
      int priority,
      int weight,
      List<Endpoint> endpoints) {

    public Locality {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * One host. Address and {@code sni} together tell hosts apart.
   *
   * @param weight 1 to 65535
   * @param sni server name from the {@code weft} metadata; empty: the transport socket's
   * @param instance instance id from the {@code weft} metadata, for records and metrics; empty:
   *     none
   * @param cluster mesh cluster from the {@code weft} metadata; empty: unknown
   * @param transportMatch the {@code envoy.transport_socket_match} metadata
   * @param labels the {@code envoy.lb} metadata: what subsets are made of
   */
  public record Endpoint(
      HostPort address,
      Health health,
      int weight,
      String sni,
      String instance,
      String cluster,
      Map<String, String> transportMatch,
      Map<String, String> labels) {

    public Endpoint {
      transportMatch = Map.copyOf(transportMatch);
      labels = Map.copyOf(labels);
    }

    /** An endpoint without labels. */
    public Endpoint(
        HostPort address,
        Health health,
        int weight,
        String sni,
        String instance,
        String cluster,
        Map<String, String> transportMatch) {
      this(address, health, weight, sni, instance, cluster, transportMatch, Map.of());
    }
  }

  /** {@code health_status}, folded: UNKNOWN counts as healthy, as in Envoy. */
  public enum Health {
    HEALTHY,
    DEGRADED,
    UNHEALTHY
  }
}
