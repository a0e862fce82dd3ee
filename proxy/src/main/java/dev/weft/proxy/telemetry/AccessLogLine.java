package dev.weft.proxy.telemetry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Writes a decision record as one line of JSON. Used by the log's thread only. */
final class AccessLogLine {
  private final StringBuilder out = new StringBuilder(1024);

  /** The line with its line feed; valid until the next call. */
  CharSequence of(RequestRecord record) {
    out.setLength(0);
    out.append("{\"ts\":\"")
        .append(Instant.ofEpochMilli(record.startMillis()).truncatedTo(ChronoUnit.MILLIS))
        .append('"');
    text("request_id", record.requestId());
    text("method", record.method());
    text("authority", record.authority());
    text("path", record.path());
    text("protocol", record.protocol());
    number("status", record.status());
    text("flag", record.flags());
    text("response_code_details", record.details());
    millis("duration_ms", record.durationNanos());
    number("bytes_in", record.bytesIn());
    number("bytes_out", record.bytesOut());
    text("listener", record.listener());
    text("route", record.route());
    text("upstream", record.upstream());
    AttemptRecord last = record.attempts().isEmpty() ? null : record.attempts().getLast();
    text("host", last == null ? null : last.host().toString());
    text("instance", last == null ? null : last.instance());
    text("cluster", last == null ? null : last.cluster());
    out.append(",\"attempts\":[");
    for (int i = 0; i < record.attempts().size(); i++) {
      attempt(i, record.attempts().get(i), record.startNanos());
    }
    out.append(']');
    text("peer", record.peer());
    text("downstream", record.remoteAddress().toString().replaceFirst("^/", ""));
    number("connection", record.connection());
    return out.append("}\n");
  }

  private void attempt(int index, AttemptRecord attempt, long startNanos) {
    AttemptResult result = attempt.result();
    out.append(index == 0 ? "{" : ",{").append("\"n\":").append(index + 1);
    text("host", attempt.host().toString());
    text("instance", attempt.instance());
    text("cluster", attempt.cluster());
    number("priority", attempt.priority());
    text("why", attempt.why());
    text("result", result == null ? null : result.label());
    number("status", attempt.status());
    out.append(",\"sent\":").append(attempt.sent());
    millis("start_ms", attempt.startNanos() - startNanos);
    millis("duration_ms", result == null ? 0 : attempt.endNanos() - attempt.startNanos());
    if (!attempt.detail().isEmpty()) {
      text("detail", attempt.detail());
    }
    out.append('}');
  }

  private void number(String key, long value) {
    out.append(",\"").append(key).append("\":").append(value);
  }

  /** Milliseconds with three decimals. */
  private void millis(String key, long nanos) {
    long micros = Math.max(0, nanos) / 1000;
    out.append(",\"").append(key).append("\":").append(micros / 1000).append('.');
    long rest = micros % 1000;
    out.append(rest / 100).append(rest / 10 % 10).append(rest % 10);
  }

  private void text(String key, @Nullable String value) {
    out.append(",\"").append(key).append("\":");
    if (value == null || value.isEmpty()) {
      out.append("null");
      return;
    }
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029) {
        // What a peer sends must not end the line.
        out.append("\\u")
            .append(hex(c >> 12))
            .append(hex(c >> 8))
            .append(hex(c >> 4))
            .append(hex(c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static char hex(int digit) {
    return Character.forDigit(digit & 0xf, 16);
  }
}
