package dev.weft.proxy.http.router;

import dev.weft.proxy.config.Tracing;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.telemetry.TraceContext;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Trace context in headers: W3C {@code traceparent} and {@code tracestate} (Trace Context level 1),
 * B3 in one header and in several. What came in one form goes on in that form; a trace that begins
 * here goes on by {@code traceparent}. A caller's decision on sampling holds; a broken context is
 * dropped and a new trace begins.
 */
final class TraceHeaders {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final String B3 = "b3";
  private static final String B3_TRACE = "x-b3-traceid";
  private static final String B3_SPAN = "x-b3-spanid";
  private static final String B3_PARENT = "x-b3-parentspanid";
  private static final String B3_SAMPLED = "x-b3-sampled";
  private static final String B3_FLAGS = "x-b3-flags";
  private static final String CLIENT = "x-client-trace-id";
  private static final Parent NOBODY = new Parent(0, 0, 0, null);
  private static final HexFormat HEX = HexFormat.of();

  private TraceHeaders() {}

  /**
   * What a caller told.
   *
   * @param sampled {@code null}: it left the decision to us
   */
  private record Parent(long high, long low, long span, @Nullable Boolean sampled) {}

  /** Continues or begins a trace, and writes this hop's span into the headers. */
  static TraceContext begin(
      HeaderList headers, Tracing.Sampling sampling, String requestId, RandomGenerator random) {
    Parent w3c = w3c(headers.joined(PARENT));
    Parent single = single(headers.joined(B3));
    Parent several = several(headers);
    Parent parent = w3c != null ? w3c : single != null ? single : several;
    boolean asked = headers.get(CLIENT) != null;
    TraceContext context = context(parent, sampling, asked, requestId, random);
    if (w3c == null) {
      // A state belongs to its parent (section 3.3).
      headers.remove(STATE);
    }
    boolean b3 = single != null || several != null;
    if (w3c != null || !b3) {
      headers.set(PARENT, w3c(context));
    } else {
      headers.remove(PARENT);
    }
    if (single != null) {
      headers.set(B3, single(context));
    }
    if (several != null) {
      headers.set(B3_TRACE, trace(context)).set(B3_SPAN, hex(context.span()));
      headers.set(B3_SAMPLED, context.sampled() ? "1" : "0");
      headers.remove(B3_PARENT);
      if (context.parent() != 0) {
        headers.add(B3_PARENT, hex(context.parent()));
      }
    }
    return context;
  }

  /**
   * An attempt is the parent of the next hop: its span takes the place of this hop's.
   *
   * @param id of the attempt's span
   */
  static void attempt(HeaderList headers, TraceContext hop, long id) {
    TraceContext own =
        new TraceContext(hop.traceHigh(), hop.traceLow(), id, hop.span(), hop.sampled());
    if (headers.get(PARENT) != null) {
      headers.set(PARENT, w3c(own));
    }
    if (headers.get(B3) != null) {
      headers.set(B3, single(own));
    }
    if (headers.get(B3_SPAN) != null) {
      headers.set(B3_SPAN, hex(id)).set(B3_PARENT, hex(hop.span()));
    }
  }

  /** The id of an attempt's span: of the hop's, spread so that it looks like any other. */
  static long attemptId(TraceContext hop, int number) {
    long mixed = hop.span() + number * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    mixed ^= mixed >>> 31;
    return mixed == 0 ? 1 : mixed;
  }

  private static TraceContext context(
      @Nullable Parent told,
      Tracing.Sampling sampling,
      boolean asked,
      String requestId,
      RandomGenerator random) {
    Parent from = told == null ? NOBODY : told;
    Boolean decided = from.sampled();
    boolean sampled =
        decided != null
            ? decided
            : saysSampled(requestId)
                || (asked && drawn(sampling.client(), random))
                || drawn(sampling.random(), random);
    sampled = sampled && drawn(sampling.overall(), random);
    boolean known = from.span() != 0;
    return new TraceContext(
        known ? from.high() : random.nextLong(),
        known ? from.low() : notZero(random),
        notZero(random),
        from.span(),
        sampled);
  }

  private static boolean drawn(int share, RandomGenerator random) {
    return share >= Tracing.ALL || (share > 0 && random.nextInt(Tracing.ALL) < share);
  }

  /** Envoy writes its decision in place of the version into a UUID. */
  private static boolean saysSampled(String requestId) {
    return requestId.length() == 36
        && requestId.charAt(13) == '-'
        && (requestId.charAt(14) == '9'
            || requestId.charAt(14) == 'a'
            || requestId.charAt(14) == 'b');
  }

  private static long notZero(RandomGenerator random) {
    long drawn = random.nextLong();
    return drawn == 0 ? 1 : drawn;
  }

  /** {@code 00-<32 hex>-<16 hex>-<2 hex>}; a later version may go on after that. */
  private static @Nullable Parent w3c(@Nullable String value) {
    if (value == null
        || value.length() < 55
        || value.length() > 512
        || value.charAt(2) != '-'
        || value.charAt(35) != '-'
        || value.charAt(52) != '-'
        || !hex(value, 0, 2)
        || !hex(value, 3, 35)
        || !hex(value, 36, 52)
        || !hex(value, 53, 55)
        || value.startsWith("ff")) {
      return null;
    }
    boolean longer = value.length() > 55;
    if (longer && (value.startsWith("00") || value.charAt(55) != '-')) {
      return null;
    }
    boolean sampled = (Character.digit(value.charAt(54), 16) & 1) == 1;
    return parent(value.substring(3, 35), value.substring(36, 52), sampled);
  }

  /** {@code <trace>-<span>[-<sampled>[-<parent>]]}, or the decision alone. */
  private static @Nullable Parent single(@Nullable String value) {
    if (value == null || value.length() > 128) {
      return null;
    }
    String[] parts = value.split("-", -1);
    if (parts.length == 1) {
      Boolean alone = decision(value);
      return alone == null ? null : new Parent(0, 0, 0, alone);
    }
    return parts.length > 4
        ? null
        : b3(parts[0], parts[1], parts.length > 2 ? decision(parts[2]) : null);
  }

  private static @Nullable Parent several(HeaderList headers) {
    String trace = headers.joined(B3_TRACE);
    String span = headers.joined(B3_SPAN);
    Boolean sampled =
        "1".equals(headers.joined(B3_FLAGS)) ? Boolean.TRUE : decision(headers.joined(B3_SAMPLED));
    if (trace != null && span != null) {
      return b3(trace, span, sampled);
    }
    return sampled == null ? null : new Parent(0, 0, 0, sampled);
  }

  private static @Nullable Parent b3(String trace, String span, @Nullable Boolean sampled) {
    boolean well =
        (trace.length() == 16 || trace.length() == 32)
            && span.length() == 16
            && hex(trace, 0, trace.length())
            && hex(span, 0, 16);
    return well ? parent("0".repeat(32 - trace.length()) + trace, span, sampled) : null;
  }

  private static @Nullable Parent parent(String trace, String span, @Nullable Boolean sampled) {
    long high = HexFormat.fromHexDigitsToLong(trace, 0, 16);
    long low = HexFormat.fromHexDigitsToLong(trace, 16, 32);
    long id = HexFormat.fromHexDigitsToLong(span);
    return (high | low) == 0 || id == 0 ? null : new Parent(high, low, id, sampled);
  }

  @SuppressWarnings("NullAway") // Three answers: yes, no, not said.
  private static @Nullable Boolean decision(@Nullable String value) {
    return switch (value) {
      case "1", "d", "true" -> Boolean.TRUE;
      case "0", "false" -> Boolean.FALSE;
      case null, default -> null;
    };
  }

  /** Lower case only (section 3.2.2). */
  private static boolean hex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static String w3c(TraceContext context) {
    return "00-" + trace(context) + "-" + hex(context.span()) + (context.sampled() ? "-01" : "-00");
  }

  private static String single(TraceContext context) {
    return trace(context) + "-" + hex(context.span()) + (context.sampled() ? "-1" : "-0");
  }

  private static String trace(TraceContext context) {
    return hex(context.traceHigh()) + hex(context.traceLow());
  }

  private static String hex(long id) {
    return HEX.toHexDigits(id);
  }
}
