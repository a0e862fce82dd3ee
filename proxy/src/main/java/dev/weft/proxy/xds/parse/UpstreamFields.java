package dev.weft.proxy.xds.parse;

/** Clusters. One line per field: name | meaning | when unset | limits. */
final class UpstreamFields {
  static final String TEXT =
      """
      envoy.config.cluster.v3.Cluster
      name | its name | | required
      type | where endpoints come from | STATIC | EDS or STATIC
      eds_cluster_config | for EDS | | required for EDS
      load_assignment | for STATIC | | required for STATIC
      connect_timeout | of one connection, TLS handshake included | 5s | above 0
      lb_policy | how a host is chosen | ROUND_ROBIN | ROUND_ROBIN, LEAST_REQUEST, RANDOM, RING_HASH or MAGLEV
      ring_hash_lb_config | see there | | with RING_HASH
      maglev_lb_config | see there | | with MAGLEV
      lb_subset_config | hosts with the same metadata are balanced over together | no subsets | with lb_policy
      least_request_lb_config | see there | |
      load_balancing_policy | takes the place of lb_policy | |
      common_lb_config | see there | |
      circuit_breakers | see there | |
      outlier_detection | see there | no passive ejection |
      health_checks | active checks | none | at most one, over HTTP
      typed_extension_protocol_options | what to speak | HTTP/1.1 | the one key `envoy.extensions.upstreams.http.v3.HttpProtocolOptions`
      transport_socket | how to dial a host that no match takes | plaintext | UpstreamTlsContext or RawBuffer, or one of them in a ProxyProtocolUpstreamTransport
      transport_socket_matches | the first whose criteria are all in the endpoint's `envoy.transport_socket_match` metadata | none |
      per_connection_buffer_limit_bytes | soft limit of what one connection may buffer | 1048576 | at least 1024

      envoy.config.cluster.v3.Cluster.EdsClusterConfig
      eds_config | where from | | required: ads
      service_name | the load assignment's name | the cluster's name |

      envoy.config.cluster.v3.Cluster.LeastRequestLbConfig
      choice_count | hosts drawn | 2 | 2 to 1000

      envoy.config.cluster.v3.Cluster.RingHashLbConfig
      minimum_ring_size | hashes on the ring at least | 1024 | 1 to 8388608
      maximum_ring_size | at most | 8388608 | not below the minimum, at most 8388608
      hash_function | of hosts | XX_HASH |

      envoy.config.cluster.v3.Cluster.MaglevLbConfig
      table_size | places | 65537 | a prime of 3 to 5000011

      envoy.config.cluster.v3.Cluster.LbSubsetConfig
      fallback_policy | for requests without a subset of their own | NO_FALLBACK |
      default_subset | for DEFAULT_SUBSET | every host | strings
      subset_selectors | keys that make subsets | | at least one

      envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector
      keys | of `envoy.lb` | | at least one
      fallback_policy | where no host has the values asked for | the upstream's | not KEYS_SUBSET

      envoy.config.cluster.v3.LoadBalancingPolicy
      policies | the first supported one is taken; entries of other types are passed over | | at least one supported

      envoy.config.cluster.v3.LoadBalancingPolicy.Policy
      typed_extension_config | which | | required

      envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin

      envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest
      choice_count | hosts drawn | 2 | 2 to 1000

      envoy.extensions.load_balancing_policies.random.v3.Random

      weft.v1.SniInstance

      envoy.config.cluster.v3.Cluster.CommonLbConfig
      healthy_panic_threshold | percent of healthy hosts below which all are used; 0: never | 50 | 0 to 100

      envoy.config.cluster.v3.CircuitBreakers
      thresholds | for the whole process | | one, of priority DEFAULT

      envoy.config.cluster.v3.CircuitBreakers.Thresholds
      priority | which requests | DEFAULT | DEFAULT
      max_connections | open at the same time | 1024 |
      max_pending_requests | waiting for a connection | 1024 |
      max_requests | active at the same time | 1024 |
      max_retries | active at the same time; not used with a budget | 3 |
      retry_budget | see there | none |

      envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget
      budget_percent | retries in percent of active requests | 20 | 0 to 100
      min_retry_concurrency | retries always allowed at the same time | 3 |

      envoy.config.cluster.v3.OutlierDetection
      consecutive_5xx | answers 5xx in a row | 5 | at least 1
      enforcing_consecutive_5xx | percent | 100 | 0 to 100
      consecutive_gateway_failure | answers 502, 503, 504 in a row | 5 | at least 1
      enforcing_consecutive_gateway_failure | percent | 0 | 0 to 100
      split_external_local_origin_errors | local failures are counted apart from answers | false |
      consecutive_local_origin_failure | connect failures, time-outs and resets in a row | 5 | at least 1
      enforcing_consecutive_local_origin_failure | percent | 100 | 0 to 100
      interval | between sweeps that end ejections | 10s | above 0
      base_ejection_time | times the number of ejections | 30s | above 0
      max_ejection_time | the longest ejection | 300s, or the base if that is longer | above 0
      max_ejection_percent | of the hosts; one may always be ejected | 10 | 0 to 100
      enforcing_success_rate | switches success-rate ejection off | | must be set to 0
      enforcing_local_origin_success_rate | switches it off for local failures | | must be set to 0 when split_external_local_origin_errors is set
      enforcing_failure_percentage | switches failure-percentage ejection off | 0 | 0
      enforcing_failure_percentage_local_origin | switches it off for local failures | 0 | 0

      envoy.config.core.v3.HealthCheck
      timeout | of one check | | required, above 0
      interval | between checks | | required, above 0
      no_traffic_interval | between checks as long as the upstream has had no traffic | 60s | above 0
      unhealthy_threshold | failures in a row that make a host unhealthy | | required, at least 1
      healthy_threshold | successes in a row that make a host healthy | | required, at least 1
      http_health_check | what to ask | | required

      envoy.config.core.v3.HealthCheck.HttpHealthCheck
      host | the Host header | the cluster's name |
      path | the path; 200 is healthy | | required, begins with a slash

      envoy.extensions.upstreams.http.v3.HttpProtocolOptions
      explicit_http_config | one protocol | | one of the three
      use_downstream_protocol_config | what the caller speaks; without a caller HTTP/1.1 | | one of the three
      auto_config | HTTP/2 where ALPN agrees on it, else HTTP/1.1; `h2` and `http/1.1` are offered where alpn_protocols is empty | | one of the three; with TLS in every transport socket only

      envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig
      http_protocol_options | HTTP/1.1 | | one of the two
      http2_protocol_options | HTTP/2 | | one of the two

      envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig
      http_protocol_options | towards callers of HTTP/1 | see there |
      http2_protocol_options | towards callers of HTTP/2 | see there |

      envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig
      http_protocol_options | where HTTP/1.1 is spoken | see there |
      http2_protocol_options | where HTTP/2 is spoken | see there |

      envoy.config.core.v3.Http1ProtocolOptions
      accept_http_10 | HTTP/1.0 is served; otherwise it is answered 426 | false | downstream only
      default_host_for_http_10 | Host of an HTTP/1.0 request without one; empty: such a request is refused | empty | downstream only, with accept_http_10
      enable_trailers | trailers are read and written; otherwise they are left out | false |
      allow_custom_methods | methods beyond the registered ones pass; otherwise they are refused | false | without effect upstream

      envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
      config | the PROXY header: of a TcpProxy's connection with the caller's addresses, of others with their own | version V1 |
      transport_socket | what goes behind the header | | required: UpstreamTlsContext or RawBuffer; no transport_socket_matches beside it

      envoy.config.core.v3.ProxyProtocolConfig
      version | V1 or V2 | V1 |

      envoy.config.cluster.v3.Cluster.TransportSocketMatch
      name | for logs | |
      match | criteria, strings by key | matches every endpoint |
      transport_socket | how to dial | | required: UpstreamTlsContext or RawBuffer
      """;

  private UpstreamFields() {}
}
