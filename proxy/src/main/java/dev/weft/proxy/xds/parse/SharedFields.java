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
      ipv4_compat | a listener on `::` takes IPv4 connections too, which it does in any case | true | with an IPv6 address

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
      inline_bytes | the content | | one of the three
      inline_string | the content | | one of the three
      filename | where it is, on the proxy's machine | | one of the three; in TLS contexts of upstreams only

      envoy.config.core.v3.HeaderValueOption
      header | name and value | | required
      append_action | what happens to a value that is there | APPEND_IF_EXISTS_OR_ADD |
      keep_empty_value | an empty value is written too | false |

      envoy.config.core.v3.HeaderValue
      key | the name | | required, a header name, no pseudo-header, not Host
      value | the value; `%%` is a percent sign, command operators are filled in | empty | no line breaks; `REQ`, `RESP`, `DOWNSTREAM_REMOTE_ADDRESS`, `DOWNSTREAM_LOCAL_ADDRESS` (both also `_WITHOUT_PORT`), `DOWNSTREAM_REMOTE_PORT`, `DOWNSTREAM_LOCAL_PORT`, `DOWNSTREAM_PEER_URI_SAN`, `REQUESTED_SERVER_NAME`, `PROTOCOL`, `ROUTE_NAME`, `UPSTREAM_CLUSTER`, of responses `RESPONSE_CODE_DETAILS`

      envoy.type.matcher.v3.StringMatcher
      exact | the whole value | | one of the five
      prefix | the beginning | | one of the five, not empty
      suffix | the end | | one of the five, not empty
      contains | somewhere | | one of the five, not empty
      safe_regex | the whole value | | one of the five
      ignore_case | for ASCII letters; not with safe_regex | false |

      envoy.type.matcher.v3.RegexMatcher
      regex | RE2 syntax | | at most 1024 characters, 10000 steps when expanded

      envoy.type.matcher.v3.RegexMatchAndSubstitute
      pattern | what is replaced, wherever it matches | | required
      substitution | what is written; `\\0` to `\\9` are groups, `\\\\` is a backslash | empty | of paths and hosts, a part of one

      envoy.config.core.v3.RuntimeFractionalPercent
      default_value | the share; there is no runtime to override it | | required

      envoy.type.v3.FractionalPercent
      numerator | the share | 0 | at most the denominator
      denominator | of how many | HUNDRED |

      envoy.type.v3.Int64Range
      start | the least | 0 |
      end | one above the greatest | 0 | above start

      envoy.type.v3.Percent
      value | percent | 0 | 0 to 100
      """;

  private SharedFields() {}
}
