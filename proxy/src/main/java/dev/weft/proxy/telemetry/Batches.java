package dev.weft.proxy.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What workers hand over without waiting, for a thread of its own that takes it in batches. Beyond
 * the bound nothing is taken: whoever hands something over says what becomes of it. Thread-safe.
 */
final class Batches<T> implements AutoCloseable {
  private static final long CLOSE_MILLIS = 2_000;

  private final BlockingQueue<T> queue;
  private final Settings settings;
  private final Taker<T> taker;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread thread;

  /**
   * Bounds and times.
   *
   * @param capacity how many may wait
   * @param most how many are taken at once
   * @param quiet after so long without any the taker is told
   * @param gather how long to wait for others after the first; zero: not at all
   */
  record Settings(int capacity, int most, Duration quiet, Duration gather) {}

  /** Who takes them, on the thread; throws nothing. */
  interface Taker<T> {
    /** Takes some, in their order; the list is not theirs to keep. */
    void take(List<T> batch);

    /** None came for a while, or none will. */
    default void idle() {}
  }

  /** Starts the thread. */
  Batches(Settings settings, ThreadFactory threads, Taker<T> taker) {
    this.queue = new ArrayBlockingQueue<>(settings.capacity());
    this.settings = settings;
    this.taker = taker;
    this.thread = threads.newThread(this::run);
    thread.start();
  }

  /** Hands one over; false: there is no room, or an end to it. */
  boolean offer(T one) {
    return !closing.get() && queue.offer(one);
  }

  private void run() {
    long quiet = settings.quiet().toNanos();
    long gather = settings.gather().toNanos();
    List<T> batch = new ArrayList<>();
    try {
      while (true) {
        T first = queue.poll(quiet, TimeUnit.NANOSECONDS);
        if (first != null) {
          batch.add(first);
          if (gather > 0 && !closing.get()) {
            LockSupport.parkNanos(gather);
          }
          queue.drainTo(batch, settings.most() - 1);
          taker.take(batch);
          batch.clear();
        } else {
          taker.idle();
          if (closing.get()) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      taker.idle();
    }
  }

  /** Takes no more, and waits at most two seconds for what waits to be taken. */
  @Override
  public void close() {
    closing.set(true);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Interrupts the thread where {@link #close} did not see its end. */
  void interrupt() {
    thread.interrupt();
  }
}
