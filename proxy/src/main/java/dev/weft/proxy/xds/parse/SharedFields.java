package dev.weft.proxy.xds.parse;

/** What several resources use. One line per field: name | meaning | when unset | limits. */
final class SharedFields {
  static final String TEXT =
      """
      envoy.config.core.v3.Address
      socket_address | an IP address and port | | required

      envoy.config.core.v3.SocketAddress
      address | literal IPv4 or IPv6 address | | required
      port_value | the port | | required, at most 65535

      envoy.config.core.v3.ConfigSource
      ads | the stream that this came by | | required
      resource_api_version | AUTO and V3 are the same | AUTO | AUTO or V3

      envoy.config.core.v3.AggregatedConfigSource

      envoy.config.core.v3.TransportSocket
      name | not used | |
      typed_config | which | | required

      envoy.config.core.v3.TypedExtensionConfig
      name | not used | |
      typed_config | which | | required

      envoy.config.core.v3.DataSource
      inline_bytes | the content | | one of the two
      inline_string | the content | | one of the two

      envoy.config.core.v3.HeaderValueOption
      header | name and value | | required
      append_action | what happens to a value that is there | APPEND_IF_EXISTS_OR_ADD | APPEND_IF_EXISTS_OR_ADD or OVERWRITE_IF_EXISTS_OR_ADD

      envoy.config.core.v3.HeaderValue
      key | the name | | required, a header name, no pseudo-header, not Host
      value | the value; `%%` is a percent sign | empty | no command operators, no line breaks

      envoy.type.matcher.v3.StringMatcher
      exact | the whole value | | one of the five
      prefix | the beginning | | one of the five, not empty
      suffix | the end | | one of the five, not empty
      contains | somewhere | | one of the five, not empty
      safe_regex | the whole value | | one of the five
      ignore_case | for ASCII letters; not with safe_regex | false |

      envoy.type.matcher.v3.RegexMatcher
      regex | RE2 syntax | | at most 1024 characters, 10000 steps when expanded

      envoy.type.v3.Percent
      value | percent | 0 | 0 to 100
      """;

  private SharedFields() {}
}
