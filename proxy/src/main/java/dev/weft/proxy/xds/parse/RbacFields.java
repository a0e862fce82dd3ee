package dev.weft.proxy.xds.parse;

/**
 * Authorization of connections and requests. One line per field: name | meaning | when unset |
 * limits.
 */
final class RbacFields {
  static final String TEXT =
      """
      envoy.extensions.filters.network.rbac.v3.RBAC
      rules | held against the connection after the handshake, and again when they change | everything is allowed |
      shadow_rules | the same, but only counted and told | none |
      stat_prefix | for metrics | | required
      shadow_rules_stat_prefix | for metrics, and in front of what later filters are told | in metrics stat_prefix, in front of it none |
      enforcement_type | nothing that rules look at changes with data: both are the same | ONE_TIME_ON_FIRST_BYTE |
      delay_deny | how long a denied connection is left open, unread | 0 | at most 366 days

      envoy.extensions.filters.http.rbac.v3.RBAC
      rules | held against each request | everything is allowed |
      shadow_rules | the same, but only counted and told | none |
      rules_stat_prefix | for metrics, and in front of what later filters are told | none |
      shadow_rules_stat_prefix | the same of shadow_rules | none |
      track_per_rule_stats | each rule that decides is counted by its name | false |

      envoy.extensions.filters.http.rbac.v3.RBACPerRoute
      rbac | instead of the connection manager's | everything is allowed |

      envoy.config.rbac.v3.RBAC
      action | what a matching policy means; LOG allows everything and tells what matched | ALLOW |
      policies | rules by name | nothing matches: with ALLOW all is denied |

      envoy.config.rbac.v3.Policy
      permissions | one has to match | | at least one
      principals | one has to match | | at least one

      envoy.config.rbac.v3.Permission
      any | always matches | | true
      header | a header of the request | | not for connections
      url_path | the path without query and fragment | | not for connections
      uri_template | the path without query and fragment | | a UriTemplateMatchConfig; not for connections
      destination_ip | the address connected to | |
      destination_port | the port connected to | | at most 65535
      destination_port_range | the same | |
      requested_server_name | the ClientHello's name | |
      metadata | as sourced_metadata of DYNAMIC | | not for connections
      sourced_metadata | what a filter before this one found out | | not for connections
      and_rules | all of them | |
      or_rules | one of them | |
      not_rule | not this one | |

      envoy.config.rbac.v3.Permission.Set
      rules | permissions | | at least one

      envoy.config.rbac.v3.Principal
      any | always matches | | true
      authenticated | a verified peer | |
      source_ip | who connected, as a PROXY header says where there is one | |
      direct_remote_ip | the other end of the socket | |
      remote_ip | the client, as the connection manager found it; of a connection who connected | |
      header | a header of the request | | not for connections
      url_path | the path without query and fragment | | not for connections
      metadata | as sourced_metadata of DYNAMIC | | not for connections
      sourced_metadata | what a filter before this one found out | | not for connections
      and_ids | all of them | |
      or_ids | one of them | |
      not_id | not this one | |

      envoy.config.rbac.v3.Principal.Set
      ids | principals | | at least one

      envoy.config.rbac.v3.Principal.Authenticated
      principal_name | a URI name or DNS name of the peer's certificate, or its subject | any verified peer |

      envoy.config.rbac.v3.SourcedMetadata
      metadata_matcher | what is looked at | | required
      metadata_source | whose | DYNAMIC | DYNAMIC: what a route allows is said by its RBACPerRoute

      envoy.config.core.v3.CidrRange
      address_prefix | an address of the range | | required, IPv4 or IPv6
      prefix_len | how many of its bits count | 0 | at most 128

      envoy.type.v3.Int32Range
      start | the least | 0 | 0 to 65536
      end | one above the greatest | 0 | above start, at most 65536

      envoy.type.matcher.v3.PathMatcher
      path | the path | | required

      envoy.type.matcher.v3.MetadataMatcher
      filter | which filter's words | | required
      path | the way to a value, through objects | | at least one
      value | which values | | required
      invert | the other values, and none | false |

      envoy.type.matcher.v3.MetadataMatcher.PathSegment
      key | of an object | | required

      envoy.type.matcher.v3.ValueMatcher
      null_match | null | | one of the seven
      double_match | a number | | one of the seven
      string_match | a text | | one of the seven
      bool_match | true or false | | one of the seven
      present_match | true: any value; false: no value at all is accepted | | one of the seven
      list_match | a list | | one of the seven
      or_match | what one of some accepts | | one of the seven

      envoy.type.matcher.v3.ValueMatcher.NullMatch

      envoy.type.matcher.v3.DoubleMatcher
      range | from start to below end | | one of the two
      exact | this number | | one of the two

      envoy.type.v3.DoubleRange
      start | the least | 0 |
      end | above the greatest | 0 |

      envoy.type.matcher.v3.ListMatcher
      one_of | an element has to be accepted | | required

      envoy.type.matcher.v3.OrMatcher
      value_matchers | one has to accept | | at least two
      """;

  private RbacFields() {}
}
