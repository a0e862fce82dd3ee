package dev.weft.proxy.telemetry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.policy.authz.Decision;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes a decision record as one line of JSON. Used by the log's thread only. */
final class AccessLogLine {
  private static final byte[] REQUEST_ID = key("request_id");
  private static final byte[] TRACE_ID = key("trace_id");
  private static final byte[] METHOD = key("method");
  private static final byte[] AUTHORITY = key("authority");
  private static final byte[] PATH = key("path");
  private static final byte[] PROTOCOL = key("protocol");
  private static final byte[] STATUS = key("status");
  private static final byte[] FLAG = key("flag");
  private static final byte[] RESPONSE_CODE_DETAILS = key("response_code_details");
  private static final byte[] AUTHORIZATION = key("authorization");
  private static final byte[] SHADOW_AUTHORIZATION = key("shadow_authorization");
  private static final byte[] AUDIT = key("audit");
  private static final byte[] DURATION_MS = key("duration_ms");
  private static final byte[] BYTES_IN = key("bytes_in");
  private static final byte[] BYTES_OUT = key("bytes_out");
  private static final byte[] LISTENER = key("listener");
  private static final byte[] ROUTE = key("route");
  private static final byte[] UPSTREAM = key("upstream");
  private static final byte[] HOST = key("host");
  private static final byte[] INSTANCE = key("instance");
  private static final byte[] CLUSTER = key("cluster");
  private static final byte[] PEER = key("peer");
  private static final byte[] DOWNSTREAM = key("downstream");
  private static final byte[] CONNECTION = key("connection");
  private static final byte[] PRIORITY = key("priority");
  private static final byte[] WHY = key("why");
  private static final byte[] RESULT = key("result");
  private static final byte[] START_MS = key("start_ms");
  private static final byte[] DETAIL = key("detail");
  private static final byte[] BEGIN = ascii("{\"ts\":\"");
  private static final byte[] ATTEMPTS = ascii(",\"attempts\":[");
  private static final byte[] N = ascii("{\"n\":");
  private static final byte[] SENT = ascii(",\"sent\":true");
  private static final byte[] NOT_SENT = ascii(",\"sent\":false");
  private static final byte[] NULL = ascii("null");
  private static final byte[] END = ascii("}\n");
  private static final int CALLERS = 64;

  private final JsonBytes out = new JsonBytes();
  private long instantMillis = Long.MIN_VALUE;
  private String instant = "";

  /** Addresses of connections seen last, by their number: a text for each request would be dear. */
  private final @Nullable SocketAddress[] callers = new SocketAddress[CALLERS];

  private final String[] callerTexts = new String[CALLERS];

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static byte[] key(String name) {
    return ascii(",\"" + name + "\":");
  }

  /** Writes the line with its line feed. */
  void write(RequestRecord record, OutputStream to) throws IOException {
    out.clear();
    out.raw(BEGIN).escaped(instant(record.startMillis())).raw('"');
    text(REQUEST_ID, record.requestId());
    TraceContext trace = record.trace();
    if (trace != null) {
      text(TRACE_ID, trace.id());
    }
    text(METHOD, record.method());
    text(AUTHORITY, record.authority());
    text(PATH, record.path());
    text(PROTOCOL, record.protocol());
    number(STATUS, record.status());
    text(FLAG, record.flags());
    text(RESPONSE_CODE_DETAILS, record.details());
    authorization(record);
    millis(DURATION_MS, record.durationNanos());
    number(BYTES_IN, record.bytesIn());
    number(BYTES_OUT, record.bytesOut());
    text(LISTENER, record.listener());
    text(ROUTE, record.route());
    text(UPSTREAM, record.upstream());
    AttemptRecord last = record.attempts().isEmpty() ? null : record.attempts().getLast();
    address(last);
    text(INSTANCE, last == null ? null : last.instance());
    text(CLUSTER, last == null ? null : last.cluster());
    out.raw(ATTEMPTS);
    for (int i = 0; i < record.attempts().size(); i++) {
      attempt(i, record.attempts().get(i), record.startNanos());
    }
    out.raw(']');
    text(PEER, record.peer());
    text(DOWNSTREAM, caller(record));
    number(CONNECTION, record.connection());
    out.raw(END).writeTo(to);
  }

  /** Only where rules were asked. */
  private void authorization(RequestRecord record) {
    Decision decision = record.authorization();
    if (decision != null) {
      text(AUTHORIZATION, decision.reason());
    }
    Decision shadow = record.shadowAuthorization();
    if (shadow != null) {
      text(SHADOW_AUTHORIZATION, shadow.reason());
    }
    if (!record.audit().isEmpty()) {
      text(AUDIT, record.audit());
    }
  }

  private void attempt(int index, AttemptRecord attempt, long startNanos) {
    AttemptResult result = attempt.result();
    if (index > 0) {
      out.raw(',');
    }
    out.raw(N).number(index + 1);
    address(attempt);
    text(INSTANCE, attempt.instance());
    text(CLUSTER, attempt.cluster());
    number(PRIORITY, attempt.priority());
    text(WHY, attempt.why());
    text(RESULT, result == null ? null : result.label());
    number(STATUS, attempt.status());
    out.raw(attempt.sent() ? SENT : NOT_SENT);
    millis(START_MS, attempt.startNanos() - startNanos);
    millis(DURATION_MS, result == null ? 0 : attempt.endNanos() - attempt.startNanos());
    if (!attempt.detail().isEmpty()) {
      text(DETAIL, attempt.detail());
    }
    out.raw('}');
  }

  private void number(byte[] key, long value) {
    out.raw(key).number(value);
  }

  /** Milliseconds with three decimals. */
  private void millis(byte[] key, long nanos) {
    long micros = Math.max(0, nanos) / 1000;
    int rest = (int) (micros % 1000);
    out.raw(key)
        .number(micros / 1000)
        .raw('.')
        .number(rest / 100)
        .number(rest / 10 % 10)
        .number(rest % 10);
  }

  private void text(byte[] key, @Nullable String value) {
    out.raw(key);
    if (value == null || value.isEmpty()) {
      out.raw(NULL);
    } else {
      out.raw('"').escaped(value).raw('"');
    }
  }

  private void address(@Nullable AttemptRecord attempt) {
    out.raw(HOST);
    if (attempt == null) {
      out.raw(NULL);
      return;
    }
    String host = attempt.host().host();
    boolean bracketed = host.indexOf(':') >= 0;
    out.raw('"');
    if (bracketed) {
      out.raw('[').escaped(host).raw(']');
    } else {
      out.escaped(host);
    }
    out.raw(':').number(attempt.host().port()).raw('"');
  }

  private String caller(RequestRecord record) {
    SocketAddress address = record.remoteAddress();
    int slot = (int) (record.connection() % CALLERS);
    // Connections of the same slot come by turns.
    if (!address.equals(callers[slot])) {
      String text = address.toString();
      callers[slot] = address;
      callerTexts[slot] = text.startsWith("/") ? text.substring(1) : text;
    }
    return callerTexts[slot];
  }

  /** Many requests begin in the same millisecond. */
  private String instant(long millis) {
    if (millis != instantMillis) {
      instant = Instant.ofEpochMilli(millis).toString();
      instantMillis = millis;
    }
    return instant;
  }
}
