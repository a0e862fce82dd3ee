package dev.weft.proxy.upstream.shared;

import java.util.concurrent.atomic.AtomicInteger;

/** A number of things in use with a limit. Thread-safe. */
public final class Gauge {
  private final AtomicInteger used = new AtomicInteger();

  Gauge() {}

  /** Takes one unless that many are in use. */
  public boolean tryTake(int limit) {
    if (used.incrementAndGet() > limit) {
      used.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Gives back what {@link #tryTake} took. */
  public void give() {
    used.decrementAndGet();
  }

  /** How many are in use. */
  public int used() {
    return used.get();
  }
}
