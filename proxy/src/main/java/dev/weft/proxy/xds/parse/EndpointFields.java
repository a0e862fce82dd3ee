package dev.weft.proxy.xds.parse;

/** Load assignments. One line per field: name | meaning | when unset | limits. */
final class EndpointFields {
  static final String TEXT =
      """
      envoy.config.endpoint.v3.ClusterLoadAssignment
      cluster_name | its name | | required
      endpoints | hosts by locality | none | at most 100000 hosts
      policy | see there | |

      envoy.config.endpoint.v3.ClusterLoadAssignment.Policy
      overprovisioning_factor | percent: a priority takes all traffic while its healthy share times this is 100 or more | 140 | at least 100

      envoy.config.endpoint.v3.LocalityLbEndpoints
      locality | where | |
      lb_endpoints | the hosts; of two with the same address and server name the first counts | none |
      load_balancing_weight | of the locality | |
      priority | 0 is tried first | 0 | at most 128, none left out

      envoy.config.core.v3.Locality
      region | region | |
      zone | zone | |
      sub_zone | the mesh's cluster | |

      envoy.config.endpoint.v3.LbEndpoint
      endpoint | the host | | required
      health_status | UNKNOWN counts as HEALTHY; DRAINING and TIMEOUT as UNHEALTHY | UNKNOWN |
      metadata | see below | |
      load_balancing_weight | share of traffic | 1 | 1 to 65535

      envoy.config.endpoint.v3.Endpoint
      address | literal IP address and port | | required, port not 0

      envoy.config.core.v3.Metadata
      filter_metadata | `weft`: `sni`, `instance`, `cluster`, strings; `envoy.transport_socket_match` and `envoy.lb` (subsets, and `hash_key` for hashing): strings; in routes `envoy.lb` alone | | no other key
      """;

  private EndpointFields() {}
}
