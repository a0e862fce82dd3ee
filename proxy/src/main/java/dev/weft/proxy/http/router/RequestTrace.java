package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Decorator;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTracing;
import dev.weft.proxy.config.SpanTag;
import dev.weft.proxy.config.Tracing;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.SpanFacts;
import dev.weft.proxy.telemetry.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a request: its context, the name of its span, and what the span tells. A request of
 * a connection manager without {@code tracing} costs one branch.
 */
final class RequestTrace {
  private static final String OPERATION = "x-envoy-decorator-operation";
  private static final int MAX_TEXT = 1024;

  private RequestTrace() {}

  /** The route is known, and nothing was sent on. */
  static void begin(
      @Nullable Route route,
      RequestHead head,
      DownstreamConnection connection,
      RequestRecord record,
      RandomGenerator random) {
    Tracing config = connection.config().observability().tracing();
    if (config == null) {
      return;
    }
    RouteTracing own = route == null ? null : route.tracing();
    Tracing.Sampling sampling = own == null ? config.sampling() : own.sampling();
    TraceContext context = TraceHeaders.begin(head.headers(), sampling, record.requestId(), random);
    record.trace(context, config.attemptSpans());
    name(route == null ? Decorator.NONE : route.decorator(), head, connection, record);
    if (context.sampled()) {
      record.span(facts(config, own, head, connection));
    }
  }

  /** As Envoy names spans, and tells the other side of it. */
  private static void name(
      Decorator decorator,
      RequestHead head,
      DownstreamConnection connection,
      RequestRecord record) {
    boolean named = !decorator.operation().isEmpty();
    if (connection.outbound()) {
      record.operation(named ? decorator.operation() : "egress " + head.authority(), "");
      if (named && decorator.propagate()) {
        head.headers().set(OPERATION, decorator.operation());
      }
      return;
    }
    String told = head.headers().get(OPERATION);
    if (told == null) {
      record.operation(
          named ? decorator.operation() : "ingress",
          decorator.propagate() ? decorator.operation() : "");
      return;
    }
    head.headers().remove(OPERATION);
    boolean silent = told.isEmpty();
    record.operation(
        !silent ? told : named ? decorator.operation() : "ingress",
        silent && decorator.propagate() ? decorator.operation() : "");
  }

  /** The head of the answer is about to be sent. */
  static void responding(
      HeaderList headers, DownstreamConnection connection, RequestRecord record) {
    if (record.trace() == null) {
      return;
    }
    if (connection.outbound()) {
      String told = headers.get(OPERATION);
      if (told != null) {
        headers.remove(OPERATION);
        if (!told.isEmpty()) {
          record.operation(told, "");
        }
      }
    } else if (!record.operationTold().isEmpty()) {
      headers.set(OPERATION, record.operationTold());
    }
  }

  private static SpanFacts facts(
      Tracing config,
      @Nullable RouteTracing own,
      RequestHead head,
      DownstreamConnection connection) {
    String path = head.path();
    int query = path.indexOf('?');
    String bare = query < 0 ? path : path.substring(0, query);
    String scheme = connection.peerUri() == null ? head.scheme() : "https";
    return new SpanFacts(
        connection.outbound() && !config.attemptSpans(),
        scheme + "://" + head.authority() + cut(bare, config.maxPathLength()),
        header(head, "user-agent", ""),
        header(head, "x-client-trace-id", ""),
        tags(config, own, head),
        config.receiver());
  }

  /** Those of the route, then the connection manager's under other names. */
  private static List<String> tags(Tracing config, @Nullable RouteTracing own, RequestHead head) {
    List<String> tags = new ArrayList<>();
    if (own != null) {
      own.tags().forEach(tag -> add(tag, head, tags));
    }
    for (SpanTag tag : config.tags()) {
      if (own == null || !own.tags(tag.name())) {
        add(tag, head, tags);
      }
    }
    return tags;
  }

  private static void add(SpanTag tag, RequestHead head, List<String> tags) {
    String value = value(tag, head);
    if (!value.isEmpty()) {
      tags.add(tag.name());
      tags.add(cut(value, MAX_TEXT));
    }
  }

  private static String value(SpanTag tag, RequestHead head) {
    return switch (tag) {
      case SpanTag.Literal(String name, String value) -> value;
      case SpanTag.Header(String name, String header, String otherwise) ->
          header(head, header, otherwise);
      case SpanTag.Environment(String name, String variable, String otherwise) -> {
        String value = System.getenv(variable);
        yield value == null ? otherwise : value;
      }
    };
  }

  private static String header(RequestHead head, String name, String otherwise) {
    String value = head.field(name);
    return value == null ? otherwise : cut(value, MAX_TEXT);
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}
