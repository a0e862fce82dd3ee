package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.policy.xds.Problem;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an access log may not say is refused with its path. */
final class AccessLogReaderTest {
  private static List<String> problems(AccessLog.Builder log) {
    Listener listener =
        SampleResources.outbound(new dev.weft.proxy.config.HostPort("127.0.0.1", 1), "outbound")
            .toBuilder()
            .clearFilterChains()
            .clearDefaultFilterChain()
            .addFilterChains(
                FilterChain.newBuilder()
                    .addFilters(
                        Filter.newBuilder()
                            .setName("http")
                            .setTypedConfig(
                                Any.pack(
                                    SampleResources.connectionManager("s")
                                        .setRouteConfig(
                                            RouteConfiguration.newBuilder().setName("r"))
                                        .addAccessLog(log)
                                        .build()))))
            .build();
    return switch (ResourceParser.listener(listener)) {
      case Parsed.Accepted<?> accepted -> List.of();
      case Parsed.Rejected<?>(List<Problem> found) ->
          found.stream().map(Problem::toString).toList();
    };
  }

  private static AccessLog.Builder to(FileAccessLog.Builder file) {
    return AccessLog.newBuilder().setName("log").setTypedConfig(Any.pack(file.build()));
  }

  private static FileAccessLog.Builder text(String format) {
    return FileAccessLog.newBuilder()
        .setPath("x.log")
        .setLogFormat(
            SubstitutionFormatString.newBuilder()
                .setTextFormatSource(DataSource.newBuilder().setInlineString(format)));
  }

  @Test
  void whatIsUnderstoodIsTaken() {
    assertThat(problems(to(FileAccessLog.newBuilder().setPath("x.log")))).isEmpty();
    assertThat(problems(to(text("%START_TIME% %REQ(A?B):10% %TRAILER(c)% 100%%\n")))).isEmpty();
  }

  @Test
  void anUnknownOperatorIsNamedWithItsPath() {
    assertThat(problems(to(text("%RESPONSE_CODE% %COFFEE%"))))
        .singleElement()
        .asString()
        .contains("access_log[0].typed_config", "text_format_source.inline_string", "%COFFEE%");
    assertThat(problems(to(text("%REQ(a")))).singleElement().asString().contains("format string");
    Value nested =
        Value.newBuilder()
            .setStructValue(
                Struct.newBuilder()
                    .putFields("b", Value.newBuilder().setStringValue("%TEA%").build()))
            .build();
    FileAccessLog.Builder json =
        FileAccessLog.newBuilder()
            .setPath("x.log")
            .setLogFormat(
                SubstitutionFormatString.newBuilder()
                    .setJsonFormat(Struct.newBuilder().putFields("a", nested)));
    assertThat(problems(to(json)))
        .singleElement()
        .asString()
        .contains("json_format", "a", "b", "%TEA%");
  }

  @Test
  void wrongLogsAndFiltersAreRefused() {
    assertThat(problems(to(FileAccessLog.newBuilder()))).anyMatch(p -> p.contains("path"));
    assertThat(problems(AccessLog.newBuilder().setName("none")))
        .anyMatch(p -> p.contains("access_log[0].typed_config"));
    AccessLog.Builder log = to(text("x"));
    assertThat(
            problems(
                log.clone()
                    .setFilter(
                        AccessLogFilter.newBuilder()
                            .setRuntimeFilter(RuntimeFilter.newBuilder().setRuntimeKey("k")))))
        .anyMatch(p -> p.contains("runtime_filter"));
    assertThat(problems(log.clone().setFilter(AccessLogFilter.getDefaultInstance())))
        .anyMatch(p -> p.contains("filter"));
    assertThat(
            problems(
                log.clone()
                    .setFilter(
                        AccessLogFilter.newBuilder().setAndFilter(AndFilter.getDefaultInstance()))))
        .anyMatch(p -> p.contains("and_filter.filters"));
    assertThat(
            problems(
                log.clone()
                    .setFilter(
                        AccessLogFilter.newBuilder()
                            .setStatusCodeFilter(
                                StatusCodeFilter.newBuilder()
                                    .setComparison(ComparisonFilter.getDefaultInstance())))))
        .anyMatch(p -> p.contains("status_code_filter.comparison.value"));
  }
}
