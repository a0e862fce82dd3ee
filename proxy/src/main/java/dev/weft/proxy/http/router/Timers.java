package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one worker's requests. Almost no timeout ever expires, so a timer that a request no
 * longer needs stays armed and is given to the next: the event loop's queue of timers is touched
 * once in a timeout instead of twice in a request.
 */
@LoopConfined
final class Timers {
  /** As many requests as are likely to be active at once. */
  private static final int KEPT = 1024;

  private final EventLoop loop;
  private final ArrayDeque<Timer> free = new ArrayDeque<>();

  Timers(EventLoop loop) {
    this.loop = loop;
  }

  /** An armed timer. */
  final class Timer implements Runnable {
    private final long at;
    private @Nullable Runnable owner;
    private @Nullable Future<?> future;

    private Timer(long at, Runnable owner) {
      this.at = at;
      this.owner = owner;
    }

    /** When it fires, on the clock by which it was asked for. */
    long at() {
      return at;
    }

    /** It will not run its owner. */
    void stop() {
      if (owner == null) {
        return;
      }
      owner = null;
      if (free.size() < KEPT) {
        free.addLast(this);
      } else {
        cancel();
      }
    }

    private void cancel() {
      if (future != null) {
        future.cancel(false);
      }
    }

    @Override
    public void run() {
      Runnable told = owner;
      owner = null;
      if (told == null) {
        free.remove(this);
      } else {
        told.run();
      }
    }
  }

  /**
   * Runs the owner once, at the time asked for or before: one that is run too early asks again.
   *
   * @param at in nanoseconds of the caller's clock
   * @param now by the same clock
   */
  Timer start(Runnable owner, long at, long now) {
    Timer kept = free.pollLast();
    if (kept != null) {
      if (kept.at - at <= 0) {
        kept.owner = owner;
        return kept;
      }
      kept.cancel();
    }
    Timer timer = new Timer(at, owner);
    timer.future = loop.schedule(timer, Math.max(0, at - now), TimeUnit.NANOSECONDS);
    return timer;
  }
}
