package dev.weft.proxy.telemetry;

import java.util.HexFormat;

/**
 * The span of one request on this hop (W3C Trace Context).
 *
 * @param traceHigh first half of the trace's id
 * @param traceLow second half; not both halves are 0
 * @param span this hop's; not 0
 * @param parent the caller's; 0: the trace begins here
 * @param sampled whether the span is recorded
 */
public record TraceContext(long traceHigh, long traceLow, long span, long parent, boolean sampled) {

  /** The trace's id, 32 hex digits. */
  public String id() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(traceHigh) + hex.toHexDigits(traceLow);
  }
}
