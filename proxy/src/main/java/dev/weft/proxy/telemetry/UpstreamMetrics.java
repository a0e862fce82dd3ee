package dev.weft.proxy.telemetry;

import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
  private final ConcurrentMap<String, Direction> directions = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable Counter> attempts =
      new AtomicReferenceArray<>(AttemptResult.values().length);
  private final AtomicReferenceArray<@Nullable Counter> retries =
      new AtomicReferenceArray<>(RetryResult.values().length);

  UpstreamMetrics(MeterRegistry registry, String upstream) {
    this.registry = registry;
    this.upstream = upstream;
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
    final AtomicReferenceArray<@Nullable Counter> requests =
        new AtomicReferenceArray<>(CODE_CLASSES.length * FLAGS);
    final AtomicReferenceArray<@Nullable Timer> durations =
        new AtomicReferenceArray<>(CODE_CLASSES.length);
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
      direction = directions.computeIfAbsent(listener, name -> new Direction());
    }
    int code = status < 100 || status > 599 ? 0 : status / 100;
    int flag = failure == null ? 0 : failure.ordinal() + 1;
    int slot = code * FLAGS + flag;
    Counter counter = direction.requests.get(slot);
    if (counter == null) {
      counter =
          Counter.builder("weft.requests")
              .tag("direction", listener)
              .tag("upstream", upstream)
              .tag("code_class", CODE_CLASSES[code])
              .tag("flag", failure == null ? "-" : failure.flag())
              .register(registry);
      direction.requests.set(slot, counter);
    }
    counter.increment();
    Timer timer = direction.durations.get(code);
    if (timer == null) {
      timer =
          Timer.builder("weft.request.duration")
              .tag("direction", listener)
              .tag("upstream", upstream)
              .tag("code_class", CODE_CLASSES[code])
              .serviceLevelObjectives(BUCKETS)
              .register(registry);
      direction.durations.set(code, timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** An attempt has ended. */
  public void attempt(AttemptResult result) {
    counter(attempts, result.ordinal(), "weft.upstream.attempts", "result", result::label)
        .increment();
  }

  /** A retry was due. */
  public void retry(RetryResult result) {
    counter(retries, result.ordinal(), "weft.upstream.retries", "result", () -> result.label)
        .increment();
  }

  /** A host was ejected; rare, so that the registry is asked each time. */
  public void ejection(String reason) {
    rare("weft.ejections", reason).increment();
  }

  /** A handshake with a host failed. */
  public void tlsFailure(String reason) {
    rare("weft.upstream.tls.failures", reason).increment();
  }

  private Counter rare(String name, String reason) {
    return Counter.builder(name).tag("upstream", upstream).tag("reason", reason).register(registry);
  }

  private Counter counter(
      AtomicReferenceArray<@Nullable Counter> slots,
      int slot,
      String name,
      String key,
      Supplier<String> value) {
    Counter counter = slots.get(slot);
    if (counter == null) {
      counter =
          Counter.builder(name).tag("upstream", upstream).tag(key, value.get()).register(registry);
      slots.set(slot, counter);
    }
    return counter;
  }
}
