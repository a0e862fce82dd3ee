package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.RetryPolicy;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.StreamLimits;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The timeouts of one request, as Envoy defines them: the route's {@code timeout} runs from the end
 * of the request and covers retries; {@code per_try_timeout} runs from the end of the request, or
 * from when the attempt has its connection, and ends with the response's head; {@code
 * stream_idle_timeout}, or the route's {@code idle_timeout}, runs from the last byte in either
 * direction; {@code max_stream_duration} runs from the request's head to the end of its answer.
 */
@LoopConfined
final class Timeouts implements Deadlines.Expiry {
  private final Deadlines deadlines;
  private final LongSupplier nanoTime;
  private final Owner owner;
  private long idleNanos;
  private long requestNanos;
  private long perTryNanos;
  private long lastActivity;
  private boolean told;
  private boolean complete;
  private long completeAt;

  /** Told what has expired. */
  interface Owner {
    void onRequestTimeout();

    void onPerTryTimeout();

    /** One after which nothing is left but to answer. */
    void onTimeout(Failure which);

    void onBackOffOver();
  }

  /** Starts the idle timeout; zero: none. */
  Timeouts(Timers timers, LongSupplier nanoTime, Duration idle, Owner owner) {
    this.nanoTime = nanoTime;
    this.owner = owner;
    this.lastActivity = nanoTime.getAsLong();
    this.deadlines = new Deadlines(timers, nanoTime, this);
    if (!idle.isZero()) {
      idle(idle.toNanos());
    }
  }

  /** Those of a request of the connection. */
  static Timeouts of(RouterWorker worker, DownstreamStream down, Owner owner) {
    Duration idle = down.connection().config().streamIdleTimeout();
    return new Timeouts(worker.timers(), worker.nanoTime(), idle, owner);
  }

  private void idle(long nanos) {
    idleNanos = nanos;
    if (nanos > 0) {
      deadlines.set(Deadlines.Kind.IDLE, nanos);
    } else {
      deadlines.clear(Deadlines.Kind.IDLE);
    }
  }

  /**
   * The stream begins: how long may it take? What is answered here may take time as well, where a
   * filter holds the request or slows down the answer.
   */
  void begin(@Nullable Route route, HttpProtocols ofManager, RequestHead head, boolean grpc) {
    StreamLimits limits =
        route != null && route.action() instanceof Route.Action.Forward action
            ? action.limits()
            : StreamLimits.NONE;
    if (limits.idle() != null) {
      idle(limits.idle().toNanos());
    }
    long millis = CallDeadline.ofStream(limits, ofManager.maxStreamDuration(), head, grpc);
    if (millis != CallDeadline.NEVER) {
      deadlines.set(Deadlines.Kind.DURATION, TimeUnit.MILLISECONDS.toNanos(millis));
    }
  }

  /** The route is known. */
  void routed(Route.Action.Forward action, HeaderList headers, boolean grpc) {
    requestNanos = TimeUnit.MILLISECONDS.toNanos(CallDeadline.ofRoute(action, headers, grpc));
    RetryPolicy retry = action.retry();
    perTryNanos = retry == null ? 0 : retry.perTryTimeout().toNanos();
    if (requestNanos > 0 && perTryNanos >= requestNanos) {
      perTryNanos = 0;
    }
    told = CallDeadline.told(action.limits(), grpc);
  }

  /** Writes what an attempt that begins now may take into its request, where the route says so. */
  void tell(HeaderList headers) {
    long expected = perTryNanos > 0 ? perTryNanos : requestNanos;
    if (!told || expected == 0) {
      return;
    }
    if (requestNanos > 0 && complete) {
      expected = Math.min(expected, requestNanos - (nanoTime.getAsLong() - completeAt));
    }
    // 0 would be no end.
    long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(expected));
    headers.set(GrpcTimeout.HEADER, GrpcTimeout.text(millis));
  }

  /** Something was sent or received. */
  void touch() {
    lastActivity = nanoTime.getAsLong();
  }

  /** The request is complete. */
  void requestComplete() {
    complete = true;
    completeAt = told ? nanoTime.getAsLong() : 0;
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

  /** The answer is complete; that it is passed on slowly is not the upstream's time. */
  void answered() {
    tryOver();
    deadlines.clear(Deadlines.Kind.REQUEST);
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
      case DURATION -> owner.onTimeout(Failure.STREAM_DURATION);
      case REQUEST -> owner.onRequestTimeout();
      case PER_TRY -> owner.onPerTryTimeout();
      case BACK_OFF -> owner.onBackOffOver();
      case IDLE -> {
        long left = idleNanos - (nanoTime.getAsLong() - lastActivity);
        if (left > 0) {
          deadlines.set(Deadlines.Kind.IDLE, left);
        } else {
          owner.onTimeout(Failure.STREAM_IDLE_TIMEOUT);
        }
      }
    }
  }
}
