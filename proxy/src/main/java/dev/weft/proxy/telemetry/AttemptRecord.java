package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a request: where it went, why there, and what came of it. Written on the worker's
 * loop, read-only once its request has ended.
 */
public final class AttemptRecord {
  /** Why a host was chosen. */
  public enum Why {
    /** First attempt: the balancer's choice. */
    BALANCED("balanced"),
    /** A retry. */
    RETRY("retry");

    private final String label;

    Why(String label) {
      this.label = label;
    }
  }

  private final HostPort host;
  private final String instance;
  private final String cluster;
  private final int priority;
  private final Why why;
  private final long startNanos;
  private long span;
  private long endNanos;
  private boolean sent;
  private int status;
  private @Nullable AttemptResult result;
  private String detail = "";

  /**
   * An attempt begins.
   *
   * @param instance id of the instance; empty: unknown
   * @param cluster mesh cluster; empty: unknown
   * @param priority of the host, 0 is the nearest
   */
  public AttemptRecord(
      HostPort host, String instance, String cluster, int priority, Why why, long startNanos) {
    this.host = host;
    this.instance = instance;
    this.cluster = cluster;
    this.priority = priority;
    this.why = why;
    this.startNanos = startNanos;
  }

  /** It has a span of its own. */
  public void span(long id) {
    span = id;
  }

  /** Its own span's id; 0: it has none. */
  public long span() {
    return span;
  }

  /** From now on the host may have seen the request. */
  public void sent(boolean maybe) {
    sent = maybe;
  }

  /**
   * It is over; only the first call counts.
   *
   * @param responseStatus 0: no response
   * @param why detail for logs; empty: none
   */
  public boolean end(AttemptResult ended, int responseStatus, String why, long nanos) {
    if (result != null) {
      return false;
    }
    result = ended;
    status = responseStatus;
    detail = why;
    endNanos = nanos;
    return true;
  }

  public HostPort host() {
    return host;
  }

  public String instance() {
    return instance;
  }

  public String cluster() {
    return cluster;
  }

  public int priority() {
    return priority;
  }

  public String why() {
    return why.label;
  }

  public boolean sent() {
    return sent;
  }

  /** Of the response; 0: none. */
  public int status() {
    return status;
  }

  /** {@code null}: not over. */
  public @Nullable AttemptResult result() {
    return result;
  }

  /** Why there was no connection; empty: there was one, or nobody knows. */
  public String connectFailure() {
    return switch (result) {
      case CONNECT_FAILURE, CONNECT_TIMEOUT, TLS_FAILURE -> detail;
      case ANSWERED, OVERFLOW, RESET, REFUSED, TIMEOUT, CANCELLED -> "";
      case null -> "";
    };
  }

  public String detail() {
    return detail;
  }

  public long startNanos() {
    return startNanos;
  }

  /** When it was answered or failed. */
  public long endNanos() {
    return endNanos;
  }
}
