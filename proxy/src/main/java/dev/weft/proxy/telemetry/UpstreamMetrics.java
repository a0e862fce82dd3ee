package dev.weft.proxy.telemetry;

import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handles of one upstream's metrics. A meter is registered when it is first needed, so that
 * what never happens costs nothing; afterwards it is one array look-up away. Thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // Slots of arrays that live no longer than the process.
public final class UpstreamMetrics {
  private static final String[] CODE_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  private static final int FLAGS = Failure.values().length + 1;
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private final MeterRegistry registry;
  private final String upstream;
  private final Object lock;
  private final Predicate<String> isListener;
  private final Meters meters;
  private final ConcurrentMap<String, Direction> directions = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable Counter> attempts =
      new AtomicReferenceArray<>(AttemptResult.values().length);
  private final AtomicReferenceArray<@Nullable Counter> retries =
      new AtomicReferenceArray<>(RetryResult.values().length);
  private boolean removed;

  /**
   * @param lock guards what is registered and removed in the whole process
   * @param isListener whether there is such a listener; called with the lock
   */
  UpstreamMetrics(
      MeterRegistry registry, String upstream, Object lock, Predicate<String> isListener) {
    this.registry = registry;
    this.upstream = upstream;
    this.lock = lock;
    this.isListener = isListener;
    this.meters = new Meters(registry, lock);
  }

  String name() {
    return upstream;
  }

  /** The upstream is gone: so are its meters, and nothing of it is counted any more. */
  void remove() {
    synchronized (lock) {
      removed = true;
      meters.remove();
      retainListeners(Set.of());
    }
  }

  /** The meters of all other listeners go. */
  void retainListeners(Set<String> listeners) {
    synchronized (lock) {
      directions
          .entrySet()
          .removeIf(entry -> {
            boolean left = !listeners.contains(entry.getKey());
            if (left) {
              entry.getValue().meters.remove();
            }
            return left;
          });
    }
  }

  private @Nullable Direction direction(String listener) {
    synchronized (lock) {
      return removed || !isListener.test(listener)
          ? null
          : directions.computeIfAbsent(listener, _ -> new Direction(new Meters(registry, lock)));
    }
  }

  /** What became of a retry that was due; the label of {@code weft_upstream_retries_total}. */
  public enum RetryResult {
    SENT("sent"),
    /** Not sent: the budget was used up. */
    BUDGET("budget"),
    /** Not sent: no healthy host was left. */
    NO_HOST("no_host");

    private final String label;

    RetryResult(String label) {
      this.label = label;
    }
  }

  /** Meters of one listener's requests. */
  private static final class Direction {
    final Meters meters;
    final AtomicReferenceArray<@Nullable Counter> requests =
        new AtomicReferenceArray<>(CODE_CLASSES.length * FLAGS);
    final AtomicReferenceArray<@Nullable Timer> durations =
        new AtomicReferenceArray<>(CODE_CLASSES.length);

    Direction(Meters meters) {
      this.meters = meters;
    }
  }

  /**
   * A request has ended.
   *
   * @param listener its name stands for the direction
   * @param status 0: none was sent
   */
  public void request(String listener, int status, @Nullable Failure failure, long nanos) {
    Direction direction = directions.get(listener);
    if (direction == null) {
      direction = direction(listener);
    }
    if (direction == null) {
      return;
    }
    int code = status < 100 || status > 599 ? 0 : status / 100;
    int flag = failure == null ? 0 : failure.ordinal() + 1;
    int slot = code * FLAGS + flag;
    Counter counter = direction.requests.get(slot);
    if (counter == null) {
      counter = requests(direction, listener, code, failure);
      direction.requests.set(slot, counter);
    }
    if (counter != null) {
      counter.increment();
    }
    Timer timer = direction.durations.get(code);
    if (timer == null) {
      timer = durations(direction, listener, code);
      direction.durations.set(code, timer);
    }
    if (timer != null) {
      timer.record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  private @Nullable Counter requests(
      Direction direction, String listener, int code, @Nullable Failure failure) {
    return direction.meters.add(to ->
        Counter.builder("weft.requests")
            .tag("direction", listener)
            .tag("upstream", upstream)
            .tag("code_class", CODE_CLASSES[code])
            .tag("flag", failure == null ? "-" : failure.flag())
            .register(to));
  }

  private @Nullable Timer durations(Direction direction, String listener, int code) {
    return direction.meters.add(to ->
        Timer.builder("weft.request.duration")
            .tag("direction", listener)
            .tag("upstream", upstream)
            .tag("code_class", CODE_CLASSES[code])
            .serviceLevelObjectives(BUCKETS)
            .register(to));
  }

  /** An attempt has ended. */
  public void attempt(AttemptResult result) {
    count(attempts, result.ordinal(), "weft.upstream.attempts", "result", result::label);
  }

  /** A retry was due. */
  public void retry(RetryResult result) {
    count(retries, result.ordinal(), "weft.upstream.retries", "result", () -> result.label);
  }

  /** A host was ejected; rare, so that the registry is asked each time. */
  public void ejection(String reason) {
    rare("weft.ejections", reason);
  }

  /** A handshake with a host failed. */
  public void tlsFailure(String reason) {
    rare("weft.upstream.tls.failures", reason);
  }

  private void rare(String name, String reason) {
    Counter counter = counter(name, "reason", reason);
    if (counter != null) {
      counter.increment();
    }
  }

  private void count(
      AtomicReferenceArray<@Nullable Counter> slots,
      int slot,
      String name,
      String key,
      Supplier<String> value) {
    Counter counter = slots.get(slot);
    if (counter == null) {
      counter = counter(name, key, value.get());
      slots.set(slot, counter);
    }
    if (counter != null) {
      counter.increment();
    }
  }

  private @Nullable Counter counter(String name, String key, String value) {
    return meters.add(
        to -> Counter.builder(name).tag("upstream", upstream).tag(key, value).register(to));
  }
}
