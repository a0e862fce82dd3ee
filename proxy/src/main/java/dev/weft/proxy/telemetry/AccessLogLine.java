package dev.weft.proxy.telemetry;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes a decision record as one line of JSON. Used by the log's thread only. */
final class AccessLogLine {
  private final StringBuilder out = new StringBuilder(1024);
  private char[] chars = new char[1024];
  private long instantMillis = Long.MIN_VALUE;
  private String instant = "";

  /** Writes the line with its line feed. */
  void write(RequestRecord record, Writer to) throws IOException {
    of(record);
    int length = out.length();
    if (chars.length < length) {
      chars = new char[2 * length];
    }
    out.getChars(0, length, chars, 0);
    to.write(chars, 0, length);
  }

  /** The line with its line feed; valid until the next call. */
  CharSequence of(RequestRecord record) {
    out.setLength(0);
    out.append("{\"ts\":\"").append(instant(record.startMillis())).append('"');
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
    address("host", last);
    text("instance", last == null ? null : last.instance());
    text("cluster", last == null ? null : last.cluster());
    out.append(",\"attempts\":[");
    for (int i = 0; i < record.attempts().size(); i++) {
      attempt(i, record.attempts().get(i), record.startNanos());
    }
    out.append(']');
    text("peer", record.peer());
    String downstream = record.remoteAddress().toString();
    text("downstream", downstream.startsWith("/") ? downstream.substring(1) : downstream);
    number("connection", record.connection());
    return out.append("}\n");
  }

  private void attempt(int index, AttemptRecord attempt, long startNanos) {
    AttemptResult result = attempt.result();
    out.append(index == 0 ? "{" : ",{").append("\"n\":").append(index + 1);
    address("host", attempt);
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
    escaped(value);
    out.append('"');
  }

  private void address(String key, @Nullable AttemptRecord attempt) {
    if (attempt == null) {
      text(key, null);
      return;
    }
    String host = attempt.host().host();
    boolean bracketed = host.indexOf(':') >= 0;
    out.append(",\"").append(key).append(bracketed ? "\":\"[" : "\":\"");
    escaped(host);
    out.append(bracketed ? "]:" : ":").append(attempt.host().port()).append('"');
  }

  private void escaped(String value) {
    int length = value.length();
    int plain = 0;
    while (plain < length && !special(value.charAt(plain))) {
      plain++;
    }
    if (plain == length) {
      out.append(value);
      return;
    }
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (special(c)) {
        out.append("\\u")
            .append(hex(c >> 12))
            .append(hex(c >> 8))
            .append(hex(c >> 4))
            .append(hex(c));
      } else {
        out.append(c);
      }
    }
  }

  /** What a peer sends must not end the text or the line. */
  private static boolean special(char c) {
    return c < ' ' || c == '"' || c == '\\' || c == 0x7f || c == 0x2028 || c == 0x2029;
  }

  /** Many requests begin in the same millisecond. */
  private String instant(long millis) {
    if (millis != instantMillis) {
      instant = Instant.ofEpochMilli(millis).toString();
      instantMillis = millis;
    }
    return instant;
  }

  private static char hex(int digit) {
    return Character.forDigit(digit & 0xf, 16);
  }
}
