package dev.weft.proxy.telemetry;

/** How an attempt ended; the label of {@code weft_upstream_attempts_total}. */
public enum AttemptResult {
  /** A response head came, whatever its status. */
  ANSWERED("answered"),
  CONNECT_FAILURE("connect_failure"),
  CONNECT_TIMEOUT("connect_timeout"),
  TLS_FAILURE("tls_failure"),
  /** A circuit breaker was open, or the pool full. */
  OVERFLOW("overflow"),
  /** Broken off before the response's head; the request may have been executed. */
  RESET("reset"),
  /** Broken off, and provably not executed. */
  REFUSED("refused"),
  /** No response head within the per-try or the request timeout. */
  TIMEOUT("timeout"),
  /** Given up because the caller went away, or another end of the request made it useless. */
  CANCELLED("cancelled");

  private final String label;

  AttemptResult(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
