package dev.weft.agent.compile.listener;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;

/** What a sidecar adds to answers that it makes itself, in front of an application. */
final class LocalReplies {
  /** Marks answers to requests that the application never saw. */
  static final String UNREACHED = "x-weft-unreached";

  private static final int FORBIDDEN = 403;

  private LocalReplies() {}

  /**
   * @param reasonHeader of a 403, says why; empty: none does
   */
  static LocalReplyConfig of(String reasonHeader) {
    LocalReplyConfig.Builder replies = LocalReplyConfig.newBuilder().addMappers(unreached());
    if (!reasonHeader.isEmpty()) {
      replies.addMappers(reason(reasonHeader));
    }
    return replies.build();
  }

  /** So that the caller's sidecar may send any request elsewhere. */
  private static ResponseMapper unreached() {
    return ResponseMapper.newBuilder()
        .setFilter(
            AccessLogFilter.newBuilder()
                .setResponseFlagFilter(
                    ResponseFlagFilter.newBuilder().addFlags("UF").addFlags("UH").addFlags("UO")))
        .addHeadersToAdd(header(UNREACHED, "1"))
        .build();
  }

  /** In the words of logs, which name the rule; an application's own 403 is none of ours. */
  private static ResponseMapper reason(String name) {
    return ResponseMapper.newBuilder()
        .setFilter(
            AccessLogFilter.newBuilder()
                .setStatusCodeFilter(
                    StatusCodeFilter.newBuilder()
                        .setComparison(
                            ComparisonFilter.newBuilder()
                                .setOp(ComparisonFilter.Op.EQ)
                                .setValue(
                                    RuntimeUInt32.newBuilder()
                                        .setDefaultValue(FORBIDDEN)
                                        .setRuntimeKey("weft.policy.reason")))))
        .addHeadersToAdd(header(name, "%RESPONSE_CODE_DETAILS%"))
        .build();
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .build();
  }
}
