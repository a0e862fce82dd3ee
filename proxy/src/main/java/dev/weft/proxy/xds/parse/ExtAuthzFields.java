package dev.weft.proxy.xds.parse;

/**
 * Requests and connections that a service allows. One line per field: name | meaning | when unset |
 * limits.
 */
final class ExtAuthzFields {
  static final String TEXT =
      """
      envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
      grpc_service | who is asked, by gRPC | | one of the two
      http_service | who is asked, by a request like the one that is held | | one of the two
      transport_api_version | V3 | | required: V3
      failure_mode_allow | requests go on where the service does not answer | false |
      failure_mode_allow_header_add | those carry `x-envoy-auth-failure-mode-allowed: true` | false |
      with_request_body | the service gets the begin of bodies | it gets none |
      clear_route_cache | the route is looked up again after the service changed the request | false |
      status_on_error | of the answer where the service does not answer | 403 |
      metadata_context_namespaces | what other filters said that the service is told | nothing |
      filter_enabled | the share of requests that are held | all |
      filter_enabled_metadata | those of them of which other filters said so | all |
      deny_at_disable | the others are answered by `status_on_error` | they go on |
      include_tls_session | the service learns the server name that the caller asked for | false |
      include_peer_certificate | the service gets the caller's certificate, PEM in URL encoding | false |
      encode_raw_headers | the service gets each header by itself and as bytes (`header_map`); else those of a name are joined, as text | false |
      decoder_header_mutation_rules | which headers of the request the service may change | any that a message may have |
      enable_dynamic_metadata_ingestion | later filters are told what the service tells in `dynamic_metadata` | true |
      stat_prefix | not used | |
      allowed_headers | headers and pseudo-headers that the service is told; an HTTP service in any case `authorization`, `:method`, `:path` and `:authority` | gRPC: all; HTTP: no others |
      disallowed_headers | those that it is not told | none |
      validate_mutations | not used: an answer with names or values that no message may have is answered 500 in any case | |

      envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
      stat_prefix | for metrics | | required
      grpc_service | who is asked, once for each connection, when its handshake is done | | required
      transport_api_version | V3 | | required: V3
      failure_mode_allow | connections go on where the service does not answer | false |
      filter_enabled_metadata | it is asked about connections of which filters before this one said so | about all |
      include_peer_certificate | the service gets the caller's certificate, PEM in URL encoding | false |
      include_tls_session | the service learns the server name that the caller asked for as `tls_session` | false: as `destination.service` only |

      envoy.config.common.mutation_rules.v3.HeaderMutationRules
      allow_all_routing | `:method`, `:scheme` and the host may be changed, of which none is a header here: an answer that does is answered 500 | false: such a change is left out |
      allow_envoy | headers that begin with `x-envoy` may be changed | false |
      disallow_system | no header that begins with a colon may be changed, the path neither | false |
      disallow_all | only what `allow_expression` accepts may be changed | false |
      allow_expression | names that may be changed unless `disallow_expression` accepts them | none |
      disallow_expression | names that may not be changed | none |
      disallow_is_error | a change that may not be is answered 500; else it is left out | false |

      envoy.extensions.filters.http.ext_authz.v3.BufferSettings
      max_request_bytes | that are held until the request is allowed; a longer body is answered 413 | | 1 to 1048576
      allow_partial_message | of a longer body the service gets the begin | false |
      pack_as_bytes | the service gets bytes, not text | false |

      envoy.extensions.filters.http.ext_authz.v3.HttpService
      server_uri | the upstream and the time limit | | required
      path_prefix | in front of the path | none | a path
      authorization_request | what is asked | |
      authorization_response | what counts of the answer | |

      envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest
      allowed_headers | as `allowed_headers` of ExtAuthz | | one of the two places
      headers_to_add | to what is asked | none |

      envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse
      allowed_upstream_headers | that replace those of the request | none |
      allowed_upstream_headers_to_append | that are added to those of the request | none |
      allowed_client_headers | of a denial that the caller gets, beside `www-authenticate` and `location` | all |
      allowed_client_headers_on_success | of a permission that the caller gets | none |
      dynamic_metadata_from_headers | that are told to later filters | none |

      envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute
      disabled | the service is not asked | | one of the two, true
      check_settings | what differs | | one of the two

      envoy.extensions.filters.http.ext_authz.v3.CheckSettings
      context_extensions | told to a gRPC service, beside those of the levels above | none | at most 64
      disable_request_body_buffering | the service gets no bodies | false | not with with_request_body
      with_request_body | the service gets the begin of bodies | as the filter says |

      envoy.config.core.v3.GrpcService.EnvoyGrpc
      cluster_name | the upstream | | required
      authority | of the calls | the upstream's name | a host

      envoy.config.core.v3.RuntimeFeatureFlag
      default_value | the value; there is no runtime to override it | | required
      runtime_key | not used | | required

      envoy.type.v3.HttpStatus
      code | the status | | 200 to 599

      envoy.type.matcher.v3.ListStringMatcher
      patterns | one has to accept | none accepts | at most 64
      """;

  private ExtAuthzFields() {}
}
