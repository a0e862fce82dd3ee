package dev.weft.proxy.xds.parse;

/** HTTP on a downstream connection. One line per field: name | meaning | when unset | limits. */
final class HttpFields {
  static final String TEXT =
"""
      envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
      stat_prefix | for metrics | | required
      codec_type | AUTO by ALPN, else by the HTTP/2 preface | AUTO | AUTO, HTTP1 or HTTP2
      rds | routes by RDS | | this or route_config
      route_config | routes in the resource | | this or rds
      http_filters | the HTTP filters, in order | | any of Cors, HTTPFault, JwtAuthentication, RBAC and ExtAuthz, then the router; names differ
      normalize_path | dot segments and percent-encoding are normalised before routing | false |
      merge_slashes | repeated slashes become one | false |
      common_http_protocol_options | see there | |
      stream_idle_timeout | a stream without a byte in either direction is ended; 0: never | 5m |
      request_headers_timeout | from the first byte of a request to the end of its headers; 0: none | 0 |
      delayed_close_timeout | how long a peer that was answered in the middle of what it sends is still read before the connection ends; 0: not at all | 1s |
      max_request_headers_kb | largest request header block, KiB | 60 | 1 to 8192
      http_protocol_options | see there | |
      http2_protocol_options | see there | |
      proxy_100_continue | `Expect: 100-continue` and 1xx of the upstream pass through; otherwise the expectation is answered at once and 1xx are dropped | false |
      upgrade_configs | protocols that requests may change to; a route's own entry counts first | none: such a request is answered 403 | types differ
      access_log | which requests are logged, where and how | none | at most 16
      access_log_options | more lines | none |
      tracing | trace context is accepted, continued and handed on, and spans are sent | trace context passes as it is |
      generate_request_id | a request without x-request-id gets one | true |
      preserve_external_request_id | with use_remote_address an x-request-id that came is kept too; without it is in any case | false |
      use_remote_address | who connected is the client, or who the trusted proxies in front say; what only trusted callers may say is taken from requests, and `x-envoy-external-address` is set | false | not with original_ip_detection_extensions
      xff_num_trusted_hops | proxies in front whose entries at the end of `x-forwarded-for` are believed; without use_remote_address one more is | 0 | at most 100; not with original_ip_detection_extensions
      skip_xff_append | with use_remote_address: the peer's address is not added to `x-forwarded-for` | false |
      original_ip_detection_extensions | who tells the client; the first that does | the last address of `x-forwarded-for` | XffConfig; at most 16
      internal_address_config | which clients are internal | none |
      always_set_request_id_in_response | answers tell `x-request-id` | false |
      local_reply_config | headers added to answers made by the proxy | none |

      envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing
      client_sampling | share of the requests with `x-client-trace-id` that are sampled for its sake | 100 | 0 to 100
      random_sampling | share of the traces begun here that are sampled; a caller's decision holds | 100 | 0 to 100
      overall_sampling | share of those that would be sampled that are | 100 | 0 to 100
      max_path_tag_length | most characters of the path in a span's `http.url` | 256 | at most 8192
      custom_tags | attributes of each span | none | at most 64, names differ
      spawn_upstream_span | each attempt has a span of its own, the parent of the next hop's; otherwise it is an event | false |
      provider | who gets the spans | the receiver of the bootstrap file |

      envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig
      cidr_ranges | addresses of internal clients: such a request, where no proxy has told of another client, carries `x-envoy-internal` | none | at most 64

      envoy.extensions.http.original_ip_detection.xff.v3.XffConfig
      xff_num_trusted_hops | entries at the end of `x-forwarded-for` that are of proxies | 0 | at most 100; not with xff_trusted_cidrs
      xff_trusted_cidrs | the header is believed of these alone, and the client is the last address in it that is none of them | everybody is believed |
      skip_xff_append | the peer's address is not added to `x-forwarded-for`, unless it is none of xff_trusted_cidrs | true |

      envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs
      cidrs | addresses of trusted proxies | everybody is believed | at most 64

      envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions
      access_log_flush_interval | a line again and again, from a request's begin on | none | at least 1ms
      flush_access_log_on_new_request | a line when a request's head is there | false |
      flush_log_on_tunnel_successfully_established | a line when a request has become another protocol's connection | false |

      envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig
      upgrade_type | the protocol of Upgrade or `:protocol`, in any case; CONNECT: the method | | required, a token, not h2c
      enabled | whether it may | true |

      envoy.extensions.filters.network.http_connection_manager.v3.Rds
      config_source | where from | | required: ads
      route_config_name | which | | required

      envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter
      name | by which routes speak of it | | required
      typed_config | which filter | | required: Cors, HTTPFault, JwtAuthentication, RBAC, ExtAuthz or Router
      disabled | the filter takes part only where a route says so | false | not for the router

      envoy.extensions.filters.http.cors.v3.Cors

      envoy.extensions.filters.http.cors.v3.CorsPolicy
      allow_origin_string_match | one has to accept the origin; one that accepts `*` accepts all | the level above, or none |
      allow_methods | told to preflights; `*`: what is asked for | the level above, or not told |
      allow_headers | told to preflights; `*`: what is asked for | the level above, or not told |
      expose_headers | told with answers | the level above, or not told |
      max_age | told to preflights | the level above, or not told |
      allow_credentials | told with both | the level above, or false |
      allow_private_network_access | told to preflights that ask | the level above, or false |
      forward_not_matching_preflights | preflights of other origins go to the upstream | the level above, or true |
      filter_enabled | a share of the requests | all |

      envoy.extensions.filters.http.fault.v3.HTTPFault
      delay | before a request goes on | none |
      abort | an answer instead of the upstream's, after the delay | none |
      response_rate_limit | how fast an answer's body is passed on | as fast as it comes |
      headers | all have to match | every request |
      max_active_faults | at the same time in the process | any number |

      envoy.extensions.filters.common.fault.v3.FaultDelay
      fixed_delay | how long | | this or header_delay, above 0
      header_delay | as `x-envoy-fault-delay-request` says, in milliseconds, at most an hour; `x-envoy-fault-delay-request-percentage` lowers the share | | this or fixed_delay
      percentage | of the requests | 0 |

      envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay

      envoy.extensions.filters.common.fault.v3.FaultRateLimit
      fixed_limit | how fast | | this or header_limit
      header_limit | as `x-envoy-fault-throughput-response` says, in KiB per second; `x-envoy-fault-throughput-response-percentage` lowers the share | | this or fixed_limit
      percentage | of the requests | 0 |

      envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit
      limit_kbps | KiB per second | | above 0

      envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit

      envoy.extensions.filters.http.fault.v3.FaultAbort
      http_status | the status | | one of the three, 200 to 599
      grpc_status | the gRPC status | | one of the three, at most 16
      header_abort | as `x-envoy-fault-abort-request` or `x-envoy-fault-abort-grpc-request` says; their `-percentage` lowers the share | | one of the three
      percentage | of the requests | 0 |

      envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort

      envoy.extensions.filters.http.router.v3.Router

      envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig
      mappers | the first that matches decides | none |

      envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper
      filter | which answers | | response_flag_filter or status_code_filter
      headers_to_add | headers to set | none |

      envoy.config.accesslog.v3.AccessLogFilter
      response_flag_filter | with one of the flags | | in a mapper: alone
      status_code_filter | by status | | in a mapper: alone
      duration_filter | by duration | | access logs only
      not_health_check_filter | every request: the proxy answers no health checks | | access logs only
      header_filter | by a header of the request | | access logs only
      grpc_status_filter | by gRPC status | | access logs only
      log_type_filter | by why the line is written | | access logs only
      and_filter | all of some | | access logs only; at most 8 deep
      or_filter | one of some | | access logs only; at most 8 deep

      envoy.config.accesslog.v3.ResponseFlagFilter
      flags | Envoy's short names of response flags | any flag | names that Envoy knows

      envoy.config.core.v3.HttpProtocolOptions
      idle_timeout | a connection without streams is closed; 0: never | 1h |
      max_headers_count | most header lines of a request | 100 | 1 to 10000
      headers_with_underscores_action | headers and trailers of requests whose name has an underscore pass, end the request (400, over HTTP/2 a reset), or go no further | ALLOW |
      max_connection_duration | how long a connection serves; then it drains; 0: for ever | for ever |
      max_requests_per_connection | a connection drains with so many requests; 0: any number | any number |
      max_stream_duration | how long a request may take from its begin to the end of its answer, where its route does not say; 0: no end | no end |

      envoy.config.core.v3.Http2ProtocolOptions
      max_concurrent_streams | streams that the peer may have open | 1024 | 1 to 2147483647
      initial_stream_window_size | bytes; no more than the connection's `per_connection_buffer_limit_bytes`, but at least 65535 | 16777216 | 65535 to 2147483647
      initial_connection_window_size | bytes | 25165824 | 65535 to 2147483647
      connection_keepalive | PINGs, to a host while its connection has streams, to a caller as long as its connection stands; unanswered they end the connection | none |
      max_outbound_control_frames | answers to PING and SETTINGS and resets that may wait to be sent; beyond it the connection ends | 1000 | 1 to 2147483647
      max_consecutive_inbound_frames_with_empty_payload | DATA without data and without an end, one after the other; beyond it the connection ends | 1 | at most 2147483647
      max_inbound_priority_frames_per_stream | PRIORITY for each stream begun, and one more; beyond it the connection ends | 100 | at most 2147483647
      max_inbound_window_update_frames_per_data_frame_sent | WINDOW_UPDATE for each DATA that was sent, beside 5 and 2 for each stream; beyond it the connection ends | 10 | 1 to 2147483647
      allow_connect | CONNECT and extended CONNECT (RFC 8441) are taken; otherwise such a stream is reset | false | without effect upstream

      envoy.config.core.v3.KeepaliveSettings
      interval | between PINGs on a connection; 0: none | 0 | 0, or at least 1ms
      timeout | how long a PING may stay unanswered | | required, at least 1ms
""";

  private HttpFields() {}
}
