package dev.weft.proxy.xds.parse;

/** Tokens in requests. One line per field: name | meaning | when unset | limits. */
final class JwtFields {
  static final String TEXT =
      """
      envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication
      providers | who makes tokens, by name | none | at most 64
      rules | what requests have to bring; the first that matches decides | nothing has to be there | at most 1024
      requirement_map | requirements by name, for rules and routes | none | at most 1024
      bypass_cors_preflight | CORS preflights have to bring nothing | false |
      strip_failure_response | refusals say no more than their status | false |

      envoy.extensions.filters.http.jwt_authn.v3.RequirementRule
      match | which requests | | required, without grpc and runtime_fraction
      requires | what they have to bring | nothing | one of the two
      requirement_name | the same by its name in requirement_map | nothing | one of the two

      envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig
      disabled | requests of the route have to bring nothing | | one of the two, true
      requirement_name | what they have to bring, by its name in requirement_map; unknown: they are answered 403 | | one of the two

      envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement
      provider_name | tokens of a provider, all of them good | | a provider
      provider_and_audiences | the same for other audiences | | a provider
      requires_any | one of several passes | | nested at most 16 deep
      requires_all | all of several pass | | nested at most 16 deep
      allow_missing | tokens of any provider have to be good; none has to be there | |
      allow_missing_or_failed | nothing has to be there; good tokens are told of | |

      envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences
      provider_name | the provider | | required
      audiences | instead of the provider's | the provider's |

      envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList
      requirements | one of them has to pass | | at least 2

      envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList
      requirements | all of them have to pass | | at least 2

      envoy.extensions.filters.http.jwt_authn.v3.JwtProvider
      issuer | what `iss` has to be | anything |
      audiences | one of them has to be in `aud`; `http://`, `https://` and a slash at the end make no difference | any |
      subjects | what `sub` has to be | anything |
      require_expiration | `exp` has to be there | false |
      max_lifetime | less than this has to be left until `exp`, which has to be there | no bound | at most 366 days
      remote_jwks | the keys are fetched | | one of the two
      local_jwks | the keys are here; RS256 to RS512, PS256 to PS512, ES256 to ES512 and EdDSA by Ed25519 | | one of the two; at most 262144 bytes and 64 keys, one of them usable
      forward | a good token stays in the request | false: its header or parameter is removed, its cookie stays |
      from_headers | headers with tokens | where no place is named: `Authorization: Bearer` and the parameter `access_token` | at most 32
      from_params | query parameters with tokens | the same | at most 32
      from_cookies | cookies with tokens | the same | at most 32
      forward_payload_header | the header that gets the payload; what a caller sent in it is removed | none | a header name, not Host
      pad_forward_payload_header | the payload there is padded | false |
      payload_in_metadata | under which name later filters see the claims | they do not |
      normalize_payload_in_metadata | how they see them | as they are |
      header_in_metadata | under which name later filters see the token's header | they do not |
      failed_status_in_metadata | under which name later filters see why a token was refused | they do not |
      clock_skew_seconds | how far `exp` and `nbf` may be passed | 60 |
      jwt_cache_config | verified tokens that each worker remembers, by their SHA-256 digest, for as long as the keys are the same | 100 tokens of at most 4096 bytes |
      claim_to_headers | headers that get a claim; what a caller sent in them is removed | none | at most 32
      clear_route_cache | the route is looked up again when a claim was written into a header or payload_in_metadata is set | false |

      envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload
      space_delimited_claims | claims seen as lists, split at spaces | none |

      envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig
      jwt_cache_size | how many | 100 | at most 1000000
      jwt_max_token_size | longer ones are not remembered, bytes | 4096 |

      envoy.extensions.filters.http.jwt_authn.v3.JwtHeader
      name | the header | | required, a header name, not Host
      value_prefix | what stands before the token, anywhere in the value | nothing | printable ASCII

      envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader
      header_name | the header | | required, a header name, not Host
      claim_name | the claim; dots lead into objects | | required

      envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks
      http_uri | where from | | required
      cache_duration | how long keys are fresh; each worker fetches its own, again before their end | 10m | 1ms to 366 days
      async_fetch | they are fetched before a request needs them | with the first request that does, which waits |

      envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch
      fast_listener | not used: a listener serves at once, and requests wait for the first keys | false |
      failed_refetch_duration | the first pause after a failure, doubled with each further one up to 1m | 1s | 1ms to 366 days

      envoy.config.core.v3.HttpUri
      uri | Host and path of requests for keys; an authorization service is asked with those of the request that is held | | required, absolute, http or https; whether TLS is spoken is said by the upstream
      cluster | the upstream | | required
      timeout | until the whole answer is there | | required, 1ms to 366 days
      """;

  private JwtFields() {}
}
