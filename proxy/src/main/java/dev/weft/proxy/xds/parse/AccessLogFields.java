package dev.weft.proxy.xds.parse;

/** Access logs. One line per field: name | meaning | when unset | limits. */
final class AccessLogFields {
  static final String TEXT =
      """
      envoy.config.accesslog.v3.AccessLog
      name | not used | |
      filter | which requests | all |
      typed_config | where to, and what | | required: FileAccessLog, StdoutAccessLog or StderrAccessLog

      envoy.extensions.access_loggers.file.v3.FileAccessLog
      path | appended to, made when it is not there | | required
      log_format | see there | Envoy's default format |

      envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
      log_format | see there | Envoy's default format |

      envoy.extensions.access_loggers.stream.v3.StderrAccessLog
      log_format | see there | Envoy's default format |

      envoy.config.core.v3.SubstitutionFormatString
      text_format_source | a line as text; what is not there is `-` | | this or json_format; inline_string; the operators of configuration.md
      json_format | a line as JSON; what is not there is null | | this or text_format_source; the operators of configuration.md; no lists

      envoy.config.accesslog.v3.StatusCodeFilter
      comparison | with the status sent | | required

      envoy.config.accesslog.v3.DurationFilter
      comparison | with milliseconds to the end of the response | | required

      envoy.config.accesslog.v3.ComparisonFilter
      op | how | EQ | EQ, GE or LE
      value | with what | | required

      envoy.config.core.v3.RuntimeUInt32
      default_value | the value: there is no runtime | 0 |
      runtime_key | not used | | required

      envoy.config.accesslog.v3.NotHealthCheckFilter

      envoy.config.accesslog.v3.HeaderFilter
      header | of the request | | required

      envoy.config.accesslog.v3.GrpcStatusFilter
      statuses | one of these, told or as the HTTP status says it | |
      exclude | all but these | false |

      envoy.config.accesslog.v3.LogTypeFilter
      types | one of these: `%ACCESS_LOG_TYPE%` of the line | |
      exclude | all but these | false |

      envoy.config.accesslog.v3.AndFilter
      filters | all of them | | at least two

      envoy.config.accesslog.v3.OrFilter
      filters | one of them | | at least two
      """;

  private AccessLogFields() {}
}
