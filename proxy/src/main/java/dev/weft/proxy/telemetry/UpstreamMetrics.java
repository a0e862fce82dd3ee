package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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
  private final SeriesBound bound;
  private @Nullable OpenConnections connections;
  private boolean removed;

  /**
   * @param lock guards what is registered and removed in the whole process
   * @param isListener whether there is such a listener; called with the lock
   */
  UpstreamMetrics(
      MeterRegistry registry,
      String upstream,
      Object lock,
      Predicate<String> isListener,
      SeriesBound bound) {
    this.registry = registry;
    this.upstream = upstream;
    this.lock = lock;
    this.isListener = isListener;
    this.bound = bound;
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

  /** The meters of all other routes go. */
  void retainRoutes(Set<String> routes) {
    directions.values().forEach(direction -> direction.retainRoutes(routes));
  }

  /** Connections to the upstream's hosts; made when there is one. */
  OpenConnections connections() {
    synchronized (lock) {
      OpenConnections known = connections;
      if (known == null) {
        known = new OpenConnections(meters, "upstream", "upstream", upstream);
        connections = known;
      }
      return known;
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
              entry.getValue().remove();
            }
            return left;
          });
    }
  }

  private @Nullable Direction direction(String listener) {
    synchronized (lock) {
      return removed || !isListener.test(listener)
          ? null
          : directions.computeIfAbsent(
              listener, key -> new Direction(registry, key, upstream, lock, bound));
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

  /** A request has ended; its listener's name stands for the direction. */
  public void request(RequestRecord record) {
    Direction direction = directions.get(record.listener());
    if (direction == null) {
      direction = direction(record.listener());
    }
    if (direction != null) {
      direction.count(record);
    }
  }

  /** A TCP connection of a listener to a host of this upstream has ended. */
  public void tcpClosed(String listener, long bytesToHost, long bytesFromHost) {
    if (isListener(listener)) {
      tcp("weft.tcp.sessions", listener, 1);
      tcp("weft.tcp.sent.bytes", listener, bytesToHost);
      tcp("weft.tcp.received.bytes", listener, bytesFromHost);
    }
  }

  private boolean isListener(String listener) {
    synchronized (lock) {
      return isListener.test(listener);
    }
  }

  private void tcp(String name, String listener, long amount) {
    Counter counter =
        meters.add(to ->
            Counter.builder(name)
                .tag("direction", listener)
                .tag("upstream", upstream)
                .register(to));
    if (counter != null) {
      counter.increment((double) amount);
    }
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

  /** Keys for tokens were fetched, or not. */
  public void keysFetched(KeyResult result) {
    Counter counter = counter("weft.jwks.fetches", "result", result.label);
    if (counter != null) {
      counter.increment();
    }
  }

  /** What became of a fetch; the label of {@code weft_jwks_fetches_total}. */
  public enum KeyResult {
    FETCHED("fetched"),
    /** Not fetched; the last good ones go on. */
    FAILED_SERVING("failed_serving"),
    /** Not fetched, and there are none: tokens are refused. */
    FAILED("failed");

    private final String label;

    KeyResult(String label) {
      this.label = label;
    }
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
