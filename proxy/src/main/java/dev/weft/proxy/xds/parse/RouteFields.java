package dev.weft.proxy.xds.parse;

/** Route configurations. One line per field: name | meaning | when unset | limits. */
final class RouteFields {
  static final String TEXT =
      """
      envoy.config.route.v3.RouteConfiguration
      name | its name | | required by RDS
      virtual_hosts | routes by domain | none: every request is answered 404 | names and domains differ
      ignore_port_in_host_matching | the port in the Host is left out | false |

      envoy.config.route.v3.VirtualHost
      name | its name | | required
      domains | exact, `*.suffix`, `prefix.*` or `*`, in any case; matched in that order, longest first | | at least one
      routes | the first match decides | none |

      envoy.config.route.v3.Route
      name | for records | |
      match | which requests | | required
      route | send to an upstream | | this or direct_response
      direct_response | answer at once | | this or route
      request_headers_to_add | to the upstream's request | none |
      request_headers_to_remove | from the upstream's request | none | no pseudo-header, not Host
      response_headers_to_add | to the upstream's answer | none |
      response_headers_to_remove | from the upstream's answer | none | no pseudo-header

      envoy.config.route.v3.RouteMatch
      prefix | the beginning of the path | | one of the four
      path | the whole path | | one of the four
      path_separated_prefix | whole segments from the beginning | | one of the four; begins with a slash and ends without one
      safe_regex | the whole path | | one of the four
      case_sensitive | for prefix and path | true |
      headers | all have to match | none |

      envoy.config.route.v3.HeaderMatcher
      name | the header, pseudo-headers with their colon | | required
      string_match | the value; several values joined by a comma | | this or present_match
      present_match | whether it is there | true |
      invert_match | turns the result round | false |
      treat_missing_header_as_empty | a missing header is matched as an empty value | false | with string_match only

      envoy.config.route.v3.RouteAction
      cluster | the upstream | | required
      timeout | from the end of the request to the end of the response; 0: none | 15s |
      retry_policy | see there | no retries |

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
