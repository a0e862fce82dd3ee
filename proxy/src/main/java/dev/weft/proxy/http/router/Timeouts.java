package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The timeouts of one request, as Envoy defines them: the route's {@code timeout} runs from the end
 * of the request and covers retries; {@code per_try_timeout} runs from the end of the request, or
 * from when the attempt has its connection, and ends with the response's head; {@code
 * stream_idle_timeout} runs from the last byte in either direction.
 */
@LoopConfined
final class Timeouts implements Deadlines.Expiry {
  private final Deadlines deadlines;
  private final LongSupplier nanoTime;
  private final Owner owner;
  private final long idleNanos;
  private long requestNanos;
  private long perTryNanos;
  private long lastActivity;

  /** Told what has expired. */
  interface Owner {
    void onRequestTimeout();

    void onPerTryTimeout();

    void onIdleTimeout();

    void onBackOffOver();
  }

  /** Starts the idle timeout; zero: none. */
  Timeouts(Timers timers, LongSupplier nanoTime, Duration idle, Owner owner) {
    this.nanoTime = nanoTime;
    this.owner = owner;
    this.idleNanos = idle.toNanos();
    this.lastActivity = nanoTime.getAsLong();
    this.deadlines = new Deadlines(timers, nanoTime, this);
    if (idleNanos > 0) {
      deadlines.set(Deadlines.Kind.IDLE, idleNanos);
    }
  }

  /** The route is known. */
  void routed(Route.Action.Forward action) {
    requestNanos = action.timeout().toNanos();
    RetryPolicy retry = action.retry();
    perTryNanos = retry == null ? 0 : retry.perTryTimeout().toNanos();
  }

  /** Something was sent or received. */
  void touch() {
    lastActivity = nanoTime.getAsLong();
  }

  /** The request is complete. */
  void requestComplete() {
    if (requestNanos > 0) {
      deadlines.set(Deadlines.Kind.REQUEST, requestNanos);
    }
  }

  /** The request is complete and an attempt has its connection. */
  void tryComplete() {
    if (perTryNanos > 0) {
      deadlines.set(Deadlines.Kind.PER_TRY, perTryNanos);
    }
  }

  /** The attempt was answered or is over. */
  void tryOver() {
    deadlines.clear(Deadlines.Kind.PER_TRY);
  }

  void backOff(long nanos) {
    tryOver();
    deadlines.set(Deadlines.Kind.BACK_OFF, nanos);
  }

  /** Nothing expires any more. */
  void close() {
    deadlines.close();
  }

  @Override
  public void onExpired(Deadlines.Kind kind) {
    switch (kind) {
      case REQUEST -> owner.onRequestTimeout();
      case PER_TRY -> owner.onPerTryTimeout();
      case BACK_OFF -> owner.onBackOffOver();
      case IDLE -> {
        long left = idleNanos - (nanoTime.getAsLong() - lastActivity);
        if (left > 0) {
          deadlines.set(Deadlines.Kind.IDLE, left);
        } else {
          owner.onIdleTimeout();
        }
      }
    }
  }
}
