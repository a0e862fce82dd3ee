package dev.weft.proxy.xds.parse;

/** Route configurations. One line per field: name | meaning | when unset | limits. */
final class RouteFields {
  static final String TEXT =
      """
      envoy.config.route.v3.RouteConfiguration
      name | its name | | required by RDS
      virtual_hosts | routes by domain | none: every request is answered 404 | names and domains differ
      ignore_port_in_host_matching | the port in the Host is left out | false |
      internal_only_headers | taken from requests whose client is not internal | none |
      request_headers_to_add | to the upstream's request, of every route | none |
      request_headers_to_remove | from the upstream's request | none | no pseudo-header, not Host
      response_headers_to_add | to the answer | none |
      response_headers_to_remove | from the answer | none | no pseudo-header
      typed_per_filter_config | what filters do here, by the name of the filter in the connection manager | as the level above says | CorsPolicy, HTTPFault, PerRouteConfig, RBACPerRoute, ExtAuthzPerRoute or FilterConfig
      request_mirror_policies | for virtual hosts without any | none | at most 8
      most_specific_header_mutations_wins | header changes of a route come after those of its virtual host, and these after the configuration's; else before | false |

      envoy.config.route.v3.VirtualHost
      name | its name | | required
      domains | exact, `*.suffix`, `prefix.*` or `*`, in any case; matched in that order, longest first | | at least one
      routes | the first match decides | none |
      request_headers_to_add | to the upstream's request, of every route of the host | none |
      request_headers_to_remove | from the upstream's request | none | no pseudo-header, not Host
      response_headers_to_add | to the answer | none |
      response_headers_to_remove | from the answer | none | no pseudo-header
      retry_policy | for routes without one | none |
      typed_per_filter_config | what filters do here, by the name of the filter in the connection manager | as the level above says | CorsPolicy, HTTPFault, PerRouteConfig, RBACPerRoute, ExtAuthzPerRoute or FilterConfig
      request_mirror_policies | for routes without any | the configuration's | at most 8
      include_request_attempt_count | each attempt carries its number in `x-envoy-attempt-count` | false |
      include_attempt_count_in_response | the answer does | false |
      per_request_buffer_limit_bytes | for routes without one | 65536 | at most 4194304

      envoy.config.route.v3.Route
      name | for records | |
      match | which requests | | required
      route | send to an upstream | | one of the three
      redirect | send the caller elsewhere | | one of the three
      direct_response | answer at once | | one of the three
      decorator | what spans of its requests are called | `ingress`, or `egress` and the Host |
      tracing | which requests are sampled, in place of what the connection manager's `tracing` says, and more `custom_tags`; without effect where that is not set | as the connection manager says |
      typed_per_filter_config | what filters do here, by the name of the filter in the connection manager | as the level above says | CorsPolicy, HTTPFault, PerRouteConfig, RBACPerRoute, ExtAuthzPerRoute or FilterConfig
      per_request_buffer_limit_bytes | of a request's body kept for a retry; a longer one is not repeated | the virtual host's | at most 4194304; with route only
      request_headers_to_add | to the upstream's request | none |
      request_headers_to_remove | from the upstream's request | none | no pseudo-header, not Host
      response_headers_to_add | to the answer | none |
      response_headers_to_remove | from the answer | none | no pseudo-header

      envoy.config.route.v3.Decorator
      operation | the name | | required, fit for a header
      propagate | the other side is told, in `x-envoy-decorator-operation`: the host, or the caller of an inbound listener | true |

      envoy.config.route.v3.Tracing
      client_sampling | share of the requests with `x-client-trace-id` that are sampled for its sake | all |
      random_sampling | share of the traces begun here that are sampled; a caller's decision holds | all |
      overall_sampling | share of those that would be sampled that are | all |
      custom_tags | attributes of each span, beside the connection manager's; of the same name this one counts | none | at most 64, names differ

      envoy.config.route.v3.FilterConfig
      config | what the filter does | as the level above says | CorsPolicy, HTTPFault, PerRouteConfig, RBACPerRoute or ExtAuthzPerRoute
      is_optional | a type of `config` that is not supported is passed over | false |
      disabled | the filter takes no part | false |

      envoy.config.route.v3.RouteMatch
      prefix | the beginning of the path | | one of the six
      path | the whole path | | one of the six
      path_separated_prefix | whole segments from the beginning | | one of the six; begins with a slash and ends without one
      safe_regex | the whole path | | one of the six
      path_match_policy | the whole path by a template | | one of the six: UriTemplateMatchConfig
      connect_matcher | CONNECT requests, which have no path | | one of the six
      case_sensitive | for prefix and path | true |
      headers | all have to match | none |
      query_parameters | all have to match | none |
      grpc | only gRPC calls | any |
      runtime_fraction | a share of the requests that match, one draw for all routes | all |

      envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions

      envoy.config.route.v3.QueryParameterMatcher
      name | the parameter, not decoded; of several the first | | required
      string_match | its value, not decoded | | this or present_match
      present_match | whether it is there | true |

      envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig
      path_template | `*` is a segment, `**` any number and the last operator, `{name}` and `{name=pattern}` are variables | | required, at most five variables

      envoy.config.route.v3.HeaderMatcher
      name | the header, pseudo-headers with their colon | | required
      string_match | the value; several values joined by a comma | | one of the three
      range_match | the value as a decimal number | | one of the three
      present_match | whether it is there | true | one of the three
      invert_match | turns the result round | false |
      treat_missing_header_as_empty | a missing header is matched as an empty value | false | with string_match and range_match only

      envoy.config.route.v3.RouteAction
      cluster | the upstream | | this or weighted_clusters
      weighted_clusters | several, drawn by weight | | this or cluster
      prefix_rewrite | instead of the path that matched | as it is | one of the three
      regex_rewrite | within the path | as it is | one of the three
      path_rewrite_policy | by the variables of path_match_policy | as it is | one of the three: UriTemplateRewriteConfig
      host_rewrite_literal | the Host | as it is | one of the three
      host_rewrite_header | the Host by a request header | as it is | one of the three
      host_rewrite_path_regex | the Host made of the path | as it is | one of the three
      append_x_forwarded_host | a Host that was rewritten is added to `x-forwarded-host` | false | with a host rewrite only
      metadata_match | which hosts of the upstream, by `envoy.lb` | any |
      request_mirror_policies | who gets a copy of requests; answers to it are dropped | the virtual host's | at most 8
      hash_policy | what a host is chosen by, where the upstream hashes | at random |
      timeout | from the end of the request to the end of the response; 0: none | 15s |
      idle_timeout | a stream without a byte in either direction is ended; 0: never | the connection manager's `stream_idle_timeout` |
      max_stream_duration | see there; beside it timeout, max_grpc_timeout and grpc_timeout_offset do not count | the connection manager's |
      max_grpc_timeout | the timeout of gRPC calls is what `grpc-timeout` asks for, at most this, and the host is told; 0: whatever it asks for (deprecated) | `grpc-timeout` does not count |
      grpc_timeout_offset | taken off what `grpc-timeout` asks for, unless nothing would be left (deprecated) | 0 | with max_grpc_timeout
      retry_policy | see there | the virtual host's |
      upgrade_configs | protocols that requests may change to | those of the connection manager | types differ

      envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig
      path_template_rewrite | the new path, with variables in braces | | required

      envoy.config.route.v3.WeightedCluster
      clusters | to choose from | | 1 to 128, not all of weight 0
      header_name | a request header with the number to draw by | drawn at random |

      envoy.config.route.v3.WeightedCluster.ClusterWeight
      name | the upstream | | required
      weight | its part of the sum | 0 |
      metadata_match | added to the route's | none |
      host_rewrite_literal | the Host where the route does not rewrite it | as it is |
      request_headers_to_add | to the upstream's request | none |
      request_headers_to_remove | from the upstream's request | none | no pseudo-header, not Host
      response_headers_to_add | to the answer | none |
      response_headers_to_remove | from the answer | none | no pseudo-header

      envoy.config.route.v3.RouteAction.RequestMirrorPolicy
      cluster | the upstream | | required
      runtime_fraction | a share of the requests | all |
      disable_shadow_host_suffix_append | the Host stays without `-shadow` | false |

      envoy.config.route.v3.RouteAction.HashPolicy
      header | a request header, all values | | one of the four
      cookie | a cookie | | one of the four
      connection_properties | the connection | | one of the four
      query_parameter | a query parameter, not decoded; of several the first | | one of the four
      terminal | what follows is left out when this found something | false |

      envoy.config.route.v3.RouteAction.HashPolicy.Header
      header_name | the header, pseudo-headers with their colon | | required
      regex_rewrite | what is taken instead of each value | the values |

      envoy.config.route.v3.RouteAction.HashPolicy.Cookie
      name | its name | | required, a token
      ttl | callers without it get one for so long; 0: for their session | none is given |
      path | of the one that is given | none | no semicolon
      attributes | further ones of it, in this order, before `HttpOnly` | none | at most 16

      envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute
      name | as it is written | | required, no semicolon
      value | behind `=` | without | no semicolon

      envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties
      source_ip | the caller's IP address | | true

      envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter
      name | the parameter | | required

      envoy.config.route.v3.RedirectAction
      https_redirect | to https | the request's scheme | one of the two
      scheme_redirect | to another scheme | the request's | one of the two
      host_redirect | the host | the request's, without a port that does not fit the new scheme |
      port_redirect | the port | the request's | at most 65535
      path_redirect | the path; the query stays unless this has one | the request's | one of the three
      prefix_rewrite | instead of the path that matched | as it is | one of the three
      regex_rewrite | within the path | as it is | one of the three
      response_code | the status | 301 |
      strip_query | the query is left out | false |

      envoy.config.route.v3.RouteAction.MaxStreamDuration
      max_stream_duration | how long a request may take from its begin to the end of its answer; 0: no end | the connection manager's |
      grpc_timeout_header_max | a request with `grpc-timeout` may take as long as that says, at most this; 0: whatever it says | `grpc-timeout` does not count |
      grpc_timeout_header_offset | taken off what `grpc-timeout` says; what is left is the deadline that the host is told | 0 |

      envoy.config.route.v3.RouteMatch.ConnectMatcher

      envoy.config.route.v3.RouteAction.UpgradeConfig
      upgrade_type | the protocol of Upgrade or `:protocol`, in any case; CONNECT: the method | | required, a token, not h2c
      enabled | whether it may | true |
      connect_config | a CONNECT ends here: the host gets its bytes alone, over a connection of its own | the CONNECT is passed on | for CONNECT only

      envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig

      envoy.config.route.v3.DirectResponseAction
      status | the status | | 200 to 599
      body | the body | empty | inline, at most 4096 bytes

      envoy.config.route.v3.RetryPolicy
      retry_on | when, a list with commas | never | 5xx, gateway-error, reset, reset-before-request, connect-failure, refused-stream, retriable-4xx, retriable-status-codes, retriable-headers
      num_retries | attempts beyond the first | 1 | at most 100
      per_try_timeout | of one attempt; 0: none | 0 |
      retriable_status_codes | for retriable-status-codes | none | 100 to 599
      retriable_headers | for retriable-headers: one of them matches the response | none |
      retry_host_predicate | hosts to avoid | none | previous_hosts
      retry_priority | priorities to avoid | none | previous_priorities
      host_selection_retry_max_attempts | how often another host is drawn | 1 | 1 to 1000
      retry_back_off | see there | 25ms, at most 250ms |

      envoy.config.route.v3.RetryPolicy.RetryHostPredicate
      name | not used | |
      typed_config | which | | required: PreviousHostsPredicate

      envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate

      envoy.config.route.v3.RetryPolicy.RetryPriority
      name | not used | |
      typed_config | which | | required: PreviousPrioritiesConfig

      envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig
      update_frequency | after how many attempts the priorities tried are left out | | at least 1

      envoy.config.route.v3.RetryPolicy.RetryBackOff
      base_interval | the first back-off, with full jitter, doubling | | required, above 0
      max_interval | the longest back-off | ten times the base | not below the base
      """;

  private RouteFields() {}
}
