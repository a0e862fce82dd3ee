package dev.weft.proxy.upstream.shared;

import dev.weft.proxy.upstream.outlier.EjectionReason;
import dev.weft.proxy.upstream.outlier.OutlierDetector;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The one folder of state shared by the workers, by upstream. One for the process; thread-safe. */
public final class SharedUpstreams {
  private final Gauge faults = new Gauge();
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final Observer observer;
  private final Map<String, Held> upstreams = new HashMap<>();

  /** Told of ejections, on any worker's thread. */
  @FunctionalInterface
  public interface Observer {
    void onEjected(String upstream, EjectionReason reason);
  }

  private static final class Held {
    final SharedUpstream upstream;
    int workers;

    Held(SharedUpstream upstream) {
      this.upstream = upstream;
    }
  }

  /**
   * An empty folder.
   *
   * @param random thread-safe: detectors of several upstreams draw from it at once
   */
  public SharedUpstreams(LongSupplier nanoTime, RandomGenerator random, Observer observer) {
    this.nanoTime = nanoTime;
    this.random = random;
    this.observer = observer;
  }

  /** What is shared of the upstream, made by the first worker that has it. */
  public synchronized SharedUpstream hold(String name) {
    Held held =
        upstreams.computeIfAbsent(
            name,
            key ->
                new Held(
                    new SharedUpstream(
                        new OutlierDetector(
                            nanoTime, random, reason -> observer.onEjected(key, reason)))));
    held.workers++;
    return held.upstream;
  }

  /** One worker no longer has the upstream. */
  public synchronized void release(String name) {
    Held held = upstreams.get(name);
    if (held != null && --held.workers == 0) {
      upstreams.remove(name);
    }
  }

  /** Faults on purpose that are under way. */
  public Gauge faults() {
    return faults;
  }
}
