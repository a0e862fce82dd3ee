package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All timeouts of one request on a single timer. The timer is moved only to fire earlier; one that
 * fires too early is set again, so that the many deadlines that only move further away cost
 * nothing; it may be one that another request has armed.
 */
@LoopConfined
@SuppressWarnings("EnumOrdinal") // Slots of an array that lives as long as the request.
final class Deadlines implements Runnable {
  private static final long NEVER = Long.MAX_VALUE;
  private static final Kind[] KINDS = Kind.values();

  private final Timers timers;
  private final LongSupplier nanoTime;
  private final Expiry owner;
  private final long[] at = new long[KINDS.length];
  private final long origin;
  private Timers.@Nullable Timer timer;
  private long timerAt = NEVER;

  /** What may expire; where several do at once, the first in this order counts. */
  enum Kind {
    DURATION,
    REQUEST,
    PER_TRY,
    IDLE,
    BACK_OFF
  }

  /** Told of each deadline that passed. */
  @FunctionalInterface
  interface Expiry {
    void onExpired(Kind kind);
  }

  Deadlines(Timers timers, LongSupplier nanoTime, Expiry owner) {
    this.timers = timers;
    this.nanoTime = nanoTime;
    this.owner = owner;
    this.origin = nanoTime.getAsLong();
    Arrays.fill(at, NEVER);
  }

  /** Sets a deadline so many nanoseconds from now. */
  void set(Kind kind, long nanos) {
    at[kind.ordinal()] = now() + nanos;
    arm();
  }

  /** Lifts a deadline. */
  void clear(Kind kind) {
    at[kind.ordinal()] = NEVER;
  }

  /** Lifts all of them. */
  void close() {
    Arrays.fill(at, NEVER);
    if (timer != null) {
      timer.stop();
      timer = null;
    }
    timerAt = NEVER;
  }

  private long now() {
    return nanoTime.getAsLong() - origin;
  }

  private void arm() {
    long next = NEVER;
    for (long one : at) {
      next = Math.min(next, one);
    }
    if (next == NEVER || timerAt <= next) {
      return;
    }
    if (timer != null) {
      timer.stop();
    }
    Timers.Timer started = timers.start(this, origin + next, nanoTime.getAsLong());
    timer = started;
    timerAt = started.at() - origin;
  }

  @Override
  public void run() {
    timer = null;
    timerAt = NEVER;
    long now = now();
    for (Kind kind : KINDS) {
      if (at[kind.ordinal()] <= now) {
        at[kind.ordinal()] = NEVER;
        owner.onExpired(kind);
      }
    }
    arm();
  }
}
