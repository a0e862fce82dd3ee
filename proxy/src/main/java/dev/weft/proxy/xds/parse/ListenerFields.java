package dev.weft.proxy.xds.parse;

/**
 * Listeners and what connections pass through. One line per field: name | meaning | when unset |
 * limits.
 */
final class ListenerFields {
  static final String TEXT =
      """
      envoy.config.listener.v3.Listener
      name | the listener's name | | required
      address | where to bind | | required
      listener_filters | what reads the first bytes | none | ProxyProtocol, TlsInspector, HttpInspector, each at most once and in this order
      listener_filters_timeout | how long each of them waits; 0: for ever | 15s |
      continue_on_listener_filters_timeout | a silent connection goes on as one of no protocol that the inspectors know; otherwise it is closed. A PROXY header is waited for in vain only once | false |
      filter_chains | candidates for a connection | | at least one, or a default chain; no two with the same match
      default_filter_chain | taken when no chain matches | the connection is closed |
      per_connection_buffer_limit_bytes | soft limit of what one connection may buffer | 1048576 | at least 1024
      access_log | lines about its connections, refused ones too, each when it has ended | none | at most 16
      traffic_direction | OUTBOUND: spans are those of a caller | UNSPECIFIED, as INBOUND |

      envoy.config.listener.v3.ListenerFilter
      name | not used | |
      typed_config | which filter | | required: ProxyProtocol, TlsInspector or HttpInspector

      envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
      allow_requests_without_proxy_protocol | a connection without the header is served as it is; otherwise it is closed | false |
      disallowed_versions | versions that are refused | none | not both

      envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector

      envoy.extensions.filters.listener.http_inspector.v3.HttpInspector

      envoy.config.listener.v3.FilterChain
      name | for logs and metrics | chain-<index> |
      filter_chain_match | which connections | every one |
      transport_socket | how bytes become TLS | plaintext | DownstreamTlsContext or RawBuffer
      transport_socket_connect_timeout | how long a TLS handshake may take; 0: for ever | 10s |
      filters | network filters, in order | | any number of network RBAC and ExtAuthz, then HttpConnectionManager or TcpProxy

      envoy.config.listener.v3.FilterChainMatch
      destination_port | the port connected to | any | 1 to 65535
      server_names | names of the ClientHello, exact or `*.suffix`, in any case | any |
      transport_protocol | `tls` or `raw_buffer` | any |
      application_protocols | protocols offered by ALPN, or `http/1.0`, `http/1.1`, `h2c` as the HTTP inspector found | any |

      envoy.config.listener.v3.Filter
      name | not used | |
      typed_config | which filter | | required: RBAC, ExtAuthz, HttpConnectionManager or TcpProxy

      envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
      stat_prefix | for metrics | | required
      cluster | the upstream | | this or weighted_clusters
      weighted_clusters | several upstreams | | this or cluster
      metadata_match | which hosts of the upstream, by `envoy.lb` | any |
      idle_timeout | without a byte in either direction; 0: none | 1h |
      max_downstream_connection_duration | how long a connection may last, from its begin | as it likes | at least 1ms
      max_connect_attempts | hosts dialled before the connection is given up | 1 | 1 to 100
      access_log | lines about its connections, each when it has ended | none | at most 16
      access_log_options | more lines | none |

      envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions
      access_log_flush_interval | a line again and again, from a connection's begin on | none | at least 1ms
      flush_access_log_on_connected | a line when a connection has got its host | false |

      envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster
      clusters | one is chosen for each connection | | at least one

      envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight
      name | the upstream | | required
      weight | its share | | 1 to 1000000
      metadata_match | added to the proxy's | none |
      """;

  private ListenerFields() {}
}
