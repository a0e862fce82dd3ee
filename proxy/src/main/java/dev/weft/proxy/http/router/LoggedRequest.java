package dev.weft.proxy.http.router;

import dev.weft.proxy.config.AccessLogConfig;
import dev.weft.proxy.config.LogFilter;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.DecisionSink;
import dev.weft.proxy.telemetry.LoggedConnection;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request or connection, mostly one that has ended, as access logs see it. Filters and formats
 * are applied on the loop, where the headers still are; only the line leaves it.
 *
 * @param logs those that are asked for it
 * @param type why
 * @param head {@code null}: there never was one that could be read
 * @param response {@code null}: nothing was sent
 * @param trailers of the response
 */
record LoggedRequest(
    List<AccessLogConfig> logs,
    LogType type,
    RequestRecord record,
    LoggedConnection connection,
    @Nullable RequestHead head,
    @Nullable ResponseHead response,
    @Nullable HeaderList trailers) {

  /** A request; its connection manager says which logs there are. */
  LoggedRequest(
      LogType type,
      RequestRecord record,
      DownstreamConnection connection,
      @Nullable RequestHead head,
      @Nullable ResponseHead response,
      @Nullable HeaderList trailers) {
    this(
        connection.config().observability().accessLogs(),
        type,
        record,
        connection,
        head,
        response,
        trailers);
  }

  /** Writes the lines that are asked for. */
  void log(DecisionSink sink) {
    for (int i = 0; i < logs.size(); i++) {
      AccessLogConfig log = logs.get(i);
      if (log.filter() == null || passes(log.filter())) {
        sink.line(log.target(), LogLine.of(log.format(), this));
      }
    }
  }

  private boolean passes(LogFilter filter) {
    return switch (filter) {
      case LogFilter.Status(LogFilter.Op op, long value) -> op.holds(record.status(), value);
      case LogFilter.Duration(LogFilter.Op op, long value) ->
          op.holds(record.durationNanos() / 1_000_000, value);
      case LogFilter.Flags(var flags) -> flagged(flags);
      case LogFilter.Header(var matcher) ->
          matcher.matches(head == null ? null : head.field(matcher.name()));
      case LogFilter.Grpc(var statuses, boolean exclude) ->
          statuses.contains(grpcStatus(true)) != exclude;
      case LogFilter.Types(var types, boolean exclude) -> types.contains(type) != exclude;
      case LogFilter.All(var filters) -> filters.stream().allMatch(this::passes);
      case LogFilter.Any(var filters) -> filters.stream().anyMatch(this::passes);
      case LogFilter.NotHealthCheck every -> true;
    };
  }

  private boolean flagged(java.util.Set<String> flags) {
    String own = record.flags();
    if (own.equals("-")) {
      return false;
    }
    return flags.isEmpty() || Arrays.stream(own.split(",")).anyMatch(flags::contains);
  }

  /**
   * The gRPC status; -1: none.
   *
   * @param inferred whether the HTTP status stands in for one that was not told
   */
  int grpcStatus(boolean inferred) {
    String told = trailers == null ? null : trailers.get("grpc-status");
    if (told == null && response != null) {
      told = response.headers().get("grpc-status");
    }
    if (told != null) {
      try {
        int status = Integer.parseInt(told);
        return status < 0 ? -1 : status;
      } catch (NumberFormatException e) {
        return -1;
      }
    }
    return inferred ? GrpcStatus.ofHttp(record.status()) : -1;
  }
}
