package dev.weft.proxy.telemetry;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Decision records as OTLP spans: one span for the hop, and for each attempt a span of its own or
 * an event. Attributes without {@code weft.} in front are those of Envoy's tracer, texts as there.
 */
final class SpanMessages {
  private static final int MAX_TEXT = 1024;

  private SpanMessages() {}

  static ExportTraceServiceRequest request(
      SpanExporter.Source source, List<RequestRecord> records) {
    ScopeSpans.Builder spans =
        ScopeSpans.newBuilder().setScope(InstrumentationScope.newBuilder().setName("weft"));
    for (RequestRecord record : records) {
      TraceContext trace = record.trace();
      SpanFacts facts = record.span();
      if (trace != null && facts != null) {
        spans.addSpans(hop(record, trace, facts, source));
        if (record.spansAttempts()) {
          for (int i = 0; i < record.attempts().size(); i++) {
            spans.addSpans(attempt(record, trace, i));
          }
        }
      }
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(text("service.name", source.service()))
                        .addAttributes(text("service.namespace", source.namespace()))
                        .addAttributes(text("service.instance.id", source.instance())))
                .addScopeSpans(spans))
        .build();
  }

  private static Span hop(
      RequestRecord record, TraceContext trace, SpanFacts facts, SpanExporter.Source source) {
    long start = record.startMillis() * 1_000_000;
    Span.Builder span =
        span(trace, trace.span(), trace.parent(), facts.client())
            .setName(record.operation())
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + record.durationNanos())
            .addAttributes(text("node_id", source.instance()))
            .addAttributes(text("guid:x-request-id", record.requestId()))
            .addAttributes(text("http.url", facts.url()))
            .addAttributes(text("http.method", record.method()))
            .addAttributes(text("downstream_cluster", "-"))
            .addAttributes(text("user_agent", orDash(facts.userAgent())))
            .addAttributes(text("http.protocol", record.protocol()))
            .addAttributes(text("peer.address", ip(record)))
            .addAttributes(text("request_size", record.bytesIn()))
            .addAttributes(text("response_size", record.bytesOut()));
    if (!facts.clientTraceId().isEmpty()) {
      span.addAttributes(text("guid:x-client-trace-id", facts.clientTraceId()));
    }
    common(span, record.upstream(), record.status(), record.flags());
    span.addAttributes(text("weft.listener", record.listener()))
        .addAttributes(text("weft.route", record.route()))
        .addAttributes(text("weft.response_code_details", record.details()));
    if (record.peer() != null) {
      span.addAttributes(text("weft.peer", record.peer()));
    }
    for (int i = 0; i + 1 < facts.tags().size(); i += 2) {
      span.addAttributes(text(facts.tags().get(i), facts.tags().get(i + 1)));
    }
    fail(span, record.status(), facts.client(), record.details());
    if (!record.spansAttempts()) {
      for (AttemptRecord attempt : record.attempts()) {
        Span.Event.Builder event =
            Span.Event.newBuilder()
                .setName("attempt")
                .setTimeUnixNano(start + (attempt.startNanos() - record.startNanos()));
        about(attempt).forEach(event::addAttributes);
        span.addEvents(event);
      }
    }
    return span.build();
  }

  private static Span attempt(RequestRecord record, TraceContext trace, int index) {
    AttemptRecord attempt = record.attempts().get(index);
    long start = record.startMillis() * 1_000_000 + (attempt.startNanos() - record.startNanos());
    Span.Builder span =
        span(trace, attempt.span(), trace.span(), true)
            .setName("router " + record.upstream() + " egress")
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + micros(attempt) * 1_000);
    if (index > 0) {
      span.addAttributes(text("retry.count", index));
    }
    if (attempt.result() == AttemptResult.CANCELLED) {
      span.addAttributes(text("canceled", "true"));
    }
    String host = attempt.host().toString();
    span.addAttributes(text("upstream_address", host)).addAttributes(text("peer.address", host));
    common(span, record.upstream(), attempt.status(), "-");
    about(attempt).forEach(span::addAttributes);
    fail(span, attempt.status(), true, attempt.result() == null ? "" : attempt.result().label());
    return span.build();
  }

  private static Span.Builder span(TraceContext trace, long id, long parent, boolean client) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(
                ByteString.copyFrom(
                    ByteBuffer.allocate(16)
                        .putLong(trace.traceHigh())
                        .putLong(trace.traceLow())
                        .flip()))
            .setSpanId(id(id))
            .setKind(client ? Span.SpanKind.SPAN_KIND_CLIENT : Span.SpanKind.SPAN_KIND_SERVER);
    return parent == 0 ? span : span.setParentSpanId(id(parent));
  }

  private static void common(Span.Builder span, String upstream, int status, String flags) {
    span.addAttributes(text("component", "proxy"));
    if (!upstream.isEmpty()) {
      span.addAttributes(text("upstream_cluster", upstream))
          .addAttributes(text("upstream_cluster.name", upstream));
    }
    span.addAttributes(text("http.status_code", status))
        .addAttributes(text("response_flags", flags));
    if (status == 0 || status >= 500) {
      span.addAttributes(text("error", "true"));
    }
  }

  /** By OpenTelemetry's rule: what was not answered, 5xx, and 4xx where the span is a client's. */
  private static void fail(Span.Builder span, int status, boolean client, String why) {
    if (status == 0 || status >= 500 || (client && status >= 400)) {
      span.setStatus(
          Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(why));
    }
  }

  private static List<KeyValue.Builder> about(AttemptRecord attempt) {
    AttemptResult result = attempt.result();
    return List.of(
        text("weft.host", attempt.host().toString()),
        text("weft.instance", attempt.instance()),
        text("weft.cluster", attempt.cluster()),
        number("weft.priority", attempt.priority()),
        text("weft.why", attempt.why()),
        text("weft.result", result == null ? "" : result.label()),
        number("weft.status", attempt.status()),
        KeyValue.newBuilder()
            .setKey("weft.sent")
            .setValue(AnyValue.newBuilder().setBoolValue(attempt.sent())),
        number("weft.duration_us", micros(attempt)));
  }

  private static long micros(AttemptRecord attempt) {
    return attempt.result() == null ? 0 : (attempt.endNanos() - attempt.startNanos()) / 1_000;
  }

  private static String ip(RequestRecord record) {
    return record.remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : "-";
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  private static ByteString id(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).flip());
  }

  private static KeyValue.Builder text(String key, long value) {
    return text(key, Long.toString(value));
  }

  private static KeyValue.Builder text(String key, String value) {
    String bounded = value.length() > MAX_TEXT ? value.substring(0, MAX_TEXT) : value;
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(bounded));
  }

  private static KeyValue.Builder number(String key, long value) {
    return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setIntValue(value));
  }
}
