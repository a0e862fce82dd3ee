package dev.weft.proxy.xds.parse;

import dev.weft.policy.match.HeaderMatcher;
import dev.weft.policy.xds.HeaderMatcherCodec;
import dev.weft.policy.xds.Problems;
import dev.weft.proxy.config.LogFilter;
import dev.weft.proxy.config.LogFilter.Op;
import dev.weft.proxy.config.LogType;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** {@code envoy.config.accesslog.v3.AccessLogFilter}. */
final class LogFilterReader {
  private static final int MAX_DEPTH = 8;
  private static final LogFilter EVERY = new LogFilter.NotHealthCheck();

  private LogFilterReader() {}

  static LogFilter read(AccessLogFilter proto, Problems problems) {
    return read(proto, 0, problems);
  }

  private static LogFilter read(AccessLogFilter proto, int depth, Problems problems) {
    if (depth > MAX_DEPTH) {
      problems.add("is deeper than " + MAX_DEPTH);
      return EVERY;
    }
    return switch (proto.getFilterSpecifierCase()) {
      case STATUS_CODE_FILTER ->
          comparison(
              proto.getStatusCodeFilter().getComparison(),
              LogFilter.Status::new,
              problems.field("status_code_filter").field("comparison"));
      case DURATION_FILTER ->
          comparison(
              proto.getDurationFilter().getComparison(),
              LogFilter.Duration::new,
              problems.field("duration_filter").field("comparison"));
      case NOT_HEALTH_CHECK_FILTER -> EVERY;
      case AND_FILTER ->
          new LogFilter.All(
              filters(proto.getAndFilter().getFiltersList(), depth, problems.field("and_filter")));
      case OR_FILTER ->
          new LogFilter.Any(
              filters(proto.getOrFilter().getFiltersList(), depth, problems.field("or_filter")));
      case HEADER_FILTER -> {
        HeaderMatcher matcher =
            HeaderMatcherCodec.decode(
                proto.getHeaderFilter().getHeader(),
                problems.field("header_filter").field("header"));
        yield matcher == null ? EVERY : new LogFilter.Header(matcher);
      }
      case RESPONSE_FLAG_FILTER ->
          new LogFilter.Flags(
              ResponseFlags.read(
                  proto.getResponseFlagFilter().getFlagsList(),
                  problems.field("response_flag_filter").field("flags")));
      case GRPC_STATUS_FILTER -> grpc(proto.getGrpcStatusFilter(), problems);
      case LOG_TYPE_FILTER -> types(proto.getLogTypeFilter());
      // FieldCheck has reported those that are not supported.
      case TRACEABLE_FILTER, RUNTIME_FILTER, EXTENSION_FILTER, METADATA_FILTER -> EVERY;
      case FILTERSPECIFIER_NOT_SET -> {
        problems.add("is empty");
        yield EVERY;
      }
    };
  }

  private static List<LogFilter> filters(
      List<AccessLogFilter> protos, int depth, Problems problems) {
    Problems at = problems.field("filters");
    if (protos.size() < 2) {
      at.add("needs at least two");
    }
    List<LogFilter> filters = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      filters.add(read(protos.get(i), depth + 1, at.item(i)));
    }
    return filters;
  }

  private static LogFilter comparison(
      ComparisonFilter proto, BiFunction<Op, Long, LogFilter> make, Problems problems) {
    if (!proto.hasValue()) {
      problems.field("value").add("is required");
    } else {
      Texts.required(
          proto.getValue().getRuntimeKey(), problems.field("value").field("runtime_key"));
    }
    Op op =
        switch (proto.getOp()) {
          case EQ -> Op.EQUAL;
          case GE -> Op.AT_LEAST;
          case LE -> Op.AT_MOST;
          case UNRECOGNIZED -> Op.EQUAL;
        };
    return make.apply(op, Integer.toUnsignedLong(proto.getValue().getDefaultValue()));
  }

  /** Of the types that are never met here there is nothing to let in or keep out. */
  private static LogFilter types(LogTypeFilter proto) {
    Set<String> words = new HashSet<>();
    proto.getTypesList().forEach(type -> words.add(type.name()));
    Set<LogType> types = EnumSet.noneOf(LogType.class);
    for (LogType type : LogType.values()) {
      if (words.contains(type.word())) {
        types.add(type);
      }
    }
    return new LogFilter.Types(types, proto.getExclude());
  }

  private static LogFilter grpc(GrpcStatusFilter proto, Problems problems) {
    Set<Integer> statuses = new HashSet<>();
    for (GrpcStatusFilter.Status status : proto.getStatusesList()) {
      if (status != GrpcStatusFilter.Status.UNRECOGNIZED) {
        statuses.add(status.getNumber());
      }
    }
    if (proto.getStatusesCount() > 32) {
      problems.field("grpc_status_filter").field("statuses").add("are more than 32");
    }
    return new LogFilter.Grpc(statuses, proto.getExclude());
  }
}
