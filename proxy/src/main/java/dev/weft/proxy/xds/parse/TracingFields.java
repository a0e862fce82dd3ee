package dev.weft.proxy.xds.parse;

/** Traces. One line per field: name | meaning | when unset | limits. */
final class TracingFields {
  static final String TEXT =
      """
      envoy.config.trace.v3.Tracing.Http
      name | not used | |
      typed_config | which | | required: OpenTelemetryConfig

      envoy.config.trace.v3.OpenTelemetryConfig
      grpc_service | the receiver | | required
      service_name | the name under which spans are sent | the node's service account |

      envoy.config.core.v3.GrpcService
      google_grpc | for spans: by address, over a channel of its own, without TLS | | required for spans
      envoy_grpc | for authorization: over an upstream of the proxy | | required for authorization
      timeout | for authorization: until the whole answer is there | 200ms | above 0; not for spans
      initial_metadata | for authorization: headers of the calls | none | not for spans

      envoy.config.core.v3.GrpcService.GoogleGrpc
      target_uri | the address | | required, host:port
      stat_prefix | not used | | required

      envoy.type.tracing.v3.CustomTag
      tag | the attribute's name | | required
      literal | its value | | one of the three
      request_header | a header of the request | | one of the three
      environment | a variable of the process | | one of the three

      envoy.type.tracing.v3.CustomTag.Literal
      value | the value | | required

      envoy.type.tracing.v3.CustomTag.Header
      name | which | | required
      default_value | where there is none | no attribute |

      envoy.type.tracing.v3.CustomTag.Environment
      name | which | | required
      default_value | where there is none | no attribute |
      """;

  private TracingFields() {}
}
