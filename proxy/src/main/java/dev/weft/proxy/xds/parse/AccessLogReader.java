package dev.weft.proxy.xds.parse;

import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.AccessLogConfig.Target;
import dev.weft.proxy.config.LogFormat;
import dev.weft.proxy.config.RequestLogTimes;
import dev.weft.proxy.config.TcpLogTimes;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.accesslog.v3.AccessLog}. */
final class AccessLogReader {
  private static final int MAX_LOGS = 16;
  private static final Duration SHORTEST = Duration.ofMillis(1);

  /** Envoy's default format (access log documentation). */
  private static final String DEFAULT =
      "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
          + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
          + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
          + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
          + " \"%UPSTREAM_HOST%\"\n";

  private AccessLogReader() {}

  static List<AccessLogConfig> read(List<AccessLog> protos, Problems problems) {
    if (protos.size() > MAX_LOGS) {
      problems.add("are more than " + MAX_LOGS);
    }
    List<AccessLogConfig> logs = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      AccessLogConfig log = read(protos.get(i), problems.item(i));
      if (log != null) {
        logs.add(log);
      }
    }
    return logs;
  }

  private static @Nullable AccessLogConfig read(AccessLog proto, Problems problems) {
    Problems at = problems.field("typed_config");
    Target target;
    LogFormat format;
    switch (TypedConfigs.unpack(proto.getTypedConfig())) {
      case FileAccessLog file -> {
        target = new Target.File(Texts.required(file.getPath(), at.field("path")));
        format = format(file.hasLogFormat(), file.getLogFormat(), at.field("log_format"));
      }
      case StdoutAccessLog out -> {
        target = new Target.StandardOutput();
        format = format(out.hasLogFormat(), out.getLogFormat(), at.field("log_format"));
      }
      case StderrAccessLog error -> {
        target = new Target.StandardError();
        format = format(error.hasLogFormat(), error.getLogFormat(), at.field("log_format"));
      }
      case null, default -> {
        at.add("expected a FileAccessLog, a StdoutAccessLog or a StderrAccessLog");
        return null;
      }
    }
    return new AccessLogConfig(
        target,
        format,
        proto.hasFilter()
            ? LogFilterReader.read(proto.getFilter(), problems.field("filter"))
            : null);
  }

  /** {@code HcmAccessLogOptions}. */
  static RequestLogTimes times(HcmAccessLogOptions proto, Problems problems) {
    return new RequestLogTimes(
        proto.getFlushAccessLogOnNewRequest(),
        proto.getFlushLogOnTunnelSuccessfullyEstablished(),
        interval(proto.hasAccessLogFlushInterval(), proto.getAccessLogFlushInterval(), problems));
  }

  /** {@code TcpAccessLogOptions}. */
  static TcpLogTimes times(TcpAccessLogOptions proto, Problems problems) {
    return new TcpLogTimes(
        proto.getFlushAccessLogOnConnected(),
        interval(proto.hasAccessLogFlushInterval(), proto.getAccessLogFlushInterval(), problems));
  }

  private static Duration interval(
      boolean set, com.google.protobuf.Duration value, Problems problems) {
    Problems at = problems.field("access_log_flush_interval");
    return Durations.atLeast(SHORTEST, set, value, Duration.ZERO, at);
  }

  private static LogFormat format(
      boolean there, SubstitutionFormatString proto, Problems problems) {
    if (!there) {
      return LogFormatReader.text(DEFAULT, problems);
    }
    return switch (proto.getFormatCase()) {
      case TEXT_FORMAT_SOURCE -> {
        Problems at = problems.field("text_format_source").field("inline_string");
        yield LogFormatReader.text(
            Texts.required(proto.getTextFormatSource().getInlineString(), at), at);
      }
      case JSON_FORMAT ->
          LogFormatReader.json(proto.getJsonFormat(), problems.field("json_format"));
      case TEXT_FORMAT, FORMAT_NOT_SET -> {
        problems.add("text_format_source or json_format is required");
        yield new LogFormat.Text(List.of());
      }
    };
  }
}
