package dev.weft.proxy.config;

import dev.weft.policy.match.HeaderMatcher;
import java.util.List;
import java.util.Set;

/** {@code envoy.config.accesslog.v3.AccessLogFilter}: which requests are logged. */
public sealed interface LogFilter {

  /** The status sent; 0: none. */
  record Status(Op op, long value) implements LogFilter {}

  /** Milliseconds to the end of the response. */
  record Duration(Op op, long value) implements LogFilter {}

  /**
   * One of the response flags; none named: any flag.
   *
   * @param flags Envoy's short names
   */
  record Flags(Set<String> flags) implements LogFilter {
    public Flags {
      flags = Set.copyOf(flags);
    }
  }

  /** A header of the request. */
  record Header(HeaderMatcher matcher) implements LogFilter {}

  /**
   * The gRPC status, told or as the HTTP status says it.
   *
   * @param exclude log all but these
   */
  record Grpc(Set<Integer> statuses, boolean exclude) implements LogFilter {
    public Grpc {
      statuses = Set.copyOf(statuses);
    }
  }

  /**
   * Why the line is written.
   *
   * @param exclude all but these
   */
  record Types(Set<LogType> types, boolean exclude) implements LogFilter {
    public Types {
      types = Set.copyOf(types);
    }
  }

  record All(List<LogFilter> filters) implements LogFilter {
    public All {
      filters = List.copyOf(filters);
    }
  }

  record Any(List<LogFilter> filters) implements LogFilter {
    public Any {
      filters = List.copyOf(filters);
    }
  }

  /** Every request: the proxy answers no health checks of its own. */
  record NotHealthCheck() implements LogFilter {}

  /** {@code envoy.config.accesslog.v3.ComparisonFilter.Op}. */
  enum Op {
    EQUAL,
    AT_LEAST,
    AT_MOST;

    /** Whether {@code actual} compares so with {@code value}. */
    public boolean holds(long actual, long value) {
      return switch (this) {
        case EQUAL -> actual == value;
        case AT_LEAST -> actual >= value;
        case AT_MOST -> actual <= value;
      };
    }
  }
}
