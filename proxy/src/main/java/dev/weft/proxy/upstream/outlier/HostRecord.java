package dev.weft.proxy.upstream.outlier;

import java.util.concurrent.atomic.AtomicInteger;

/** What the process knows of one host's health. Thread-safe; changed through its detector only. */
public final class HostRecord {
  final AtomicInteger consecutive5xx = new AtomicInteger();
  final AtomicInteger consecutiveGateway = new AtomicInteger();
  final AtomicInteger consecutiveLocal = new AtomicInteger();

  /** Guarded by the detector; read anywhere. */
  private volatile boolean ejected;

  private volatile boolean probeFailed;

  /** Guarded by the detector: when it was ejected last, and how long it stays, in base times. */
  private long ejectedAt;

  private int backOff;

  HostRecord() {}

  /** Whether the host may be chosen as far as this process has seen. */
  public boolean eligible() {
    return !ejected && !probeFailed;
  }

  /** Whether passive detection keeps the host out. */
  public boolean ejected() {
    return ejected;
  }

  /** Whether active health checks keep the host out. */
  public boolean probeFailed() {
    return probeFailed;
  }

  void probeFailed(boolean failed) {
    probeFailed = failed;
  }

  void eject(long now) {
    ejected = true;
    ejectedAt = now;
  }

  void readmit() {
    ejected = false;
    resetCounters();
  }

  void resetCounters() {
    consecutive5xx.set(0);
    consecutiveGateway.set(0);
    consecutiveLocal.set(0);
  }

  long ejectedAt() {
    return ejectedAt;
  }

  int backOff() {
    return backOff;
  }

  void backOff(int times) {
    backOff = times;
  }
}
