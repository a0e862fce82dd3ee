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
import java.nio.ByteBuffer;
import java.util.List;

/** Decision records as OTLP spans: one span for the hop, one event for each attempt. */
final class SpanMessages {
  private static final int MAX_TEXT = 1024;

  private SpanMessages() {}

  static ExportTraceServiceRequest request(
      SpanExporter.Source source, List<RequestRecord> records) {
    ScopeSpans.Builder spans =
        ScopeSpans.newBuilder().setScope(InstrumentationScope.newBuilder().setName("weft"));
    for (RequestRecord record : records) {
      TraceContext trace = record.trace();
      if (trace != null) {
        spans.addSpans(span(record, trace));
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

  private static Span span(RequestRecord record, TraceContext trace) {
    long start = record.startMillis() * 1_000_000;
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(
                ByteString.copyFrom(
                    ByteBuffer.allocate(16)
                        .putLong(trace.traceHigh())
                        .putLong(trace.traceLow())
                        .flip()))
            .setSpanId(id(trace.span()))
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setName(record.upstream().isEmpty() ? record.listener() : record.upstream())
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + record.durationNanos())
            .addAttributes(text("http.request.method", record.method()))
            .addAttributes(text("url.path", record.path()))
            .addAttributes(text("server.address", record.authority()))
            .addAttributes(number("http.response.status_code", record.status()))
            .addAttributes(text("weft.protocol", record.protocol()))
            .addAttributes(text("weft.request_id", record.requestId()))
            .addAttributes(text("weft.listener", record.listener()))
            .addAttributes(text("weft.route", record.route()))
            .addAttributes(text("weft.upstream", record.upstream()))
            .addAttributes(text("weft.response_flags", record.flags()))
            .addAttributes(text("weft.response_code_details", record.details()));
    if (trace.parent() != 0) {
      span.setParentSpanId(id(trace.parent()));
    }
    if (record.peer() != null) {
      span.addAttributes(text("weft.peer", record.peer()));
    }
    if (record.status() == 0 || record.status() >= 500) {
      span.setStatus(
          Status.newBuilder()
              .setCode(Status.StatusCode.STATUS_CODE_ERROR)
              .setMessage(record.details()));
    }
    for (AttemptRecord attempt : record.attempts()) {
      span.addEvents(event(attempt, start, record.startNanos()));
    }
    return span.build();
  }

  private static Span.Event event(AttemptRecord attempt, long start, long startNanos) {
    AttemptResult result = attempt.result();
    return Span.Event.newBuilder()
        .setName("attempt")
        .setTimeUnixNano(start + (attempt.startNanos() - startNanos))
        .addAttributes(text("weft.host", attempt.host().toString()))
        .addAttributes(text("weft.instance", attempt.instance()))
        .addAttributes(text("weft.cluster", attempt.cluster()))
        .addAttributes(number("weft.priority", attempt.priority()))
        .addAttributes(text("weft.why", attempt.why()))
        .addAttributes(text("weft.result", result == null ? "" : result.label()))
        .addAttributes(number("weft.status", attempt.status()))
        .addAttributes(
            KeyValue.newBuilder()
                .setKey("weft.sent")
                .setValue(AnyValue.newBuilder().setBoolValue(attempt.sent())))
        .addAttributes(
            number(
                "weft.duration_us",
                result == null ? 0 : (attempt.endNanos() - attempt.startNanos()) / 1_000))
        .build();
  }

  private static ByteString id(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).flip());
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
