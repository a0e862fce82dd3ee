package dev.weft.proxy.telemetry;

import dev.weft.proxy.failure.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The golden signals of requests with the same listener, upstream, route and peer. A meter is
 * registered when it is first needed; afterwards it is one array look-up away and nothing is
 * allocated. Thread-safe.
 */
@SuppressWarnings("EnumOrdinal") // Slots of arrays that live no longer than the process.
final class RequestSeries {
  private static final String[] CODE_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  private static final int FAILURES = Failure.values().length;
  private static final int FLAGS = FAILURES + 1;
  private static final int BYTES_IN = 0;
  private static final int BYTES_OUT = 1;
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

  private final Meters meters;
  private final Tags tags;
  private final AtomicReferenceArray<@Nullable Counter> requests =
      new AtomicReferenceArray<>(CODE_CLASSES.length * FLAGS);
  private final AtomicReferenceArray<@Nullable Timer> durations =
      new AtomicReferenceArray<>(CODE_CLASSES.length);
  private final AtomicReferenceArray<@Nullable Counter> failures =
      new AtomicReferenceArray<>(FAILURES);
  private final AtomicReferenceArray<@Nullable Counter> bytes = new AtomicReferenceArray<>(2);

  RequestSeries(Meters meters, String listener, String upstream, String route, String peer) {
    this.meters = meters;
    this.tags = Tags.of("direction", listener, "upstream", upstream, "route", route, "peer", peer);
  }

  /** They go, as do their meters. */
  void remove() {
    meters.remove();
  }

  void count(RequestRecord record) {
    int status = record.status();
    int code = status < 100 || status > 599 ? 0 : status / 100;
    Failure failure = record.primaryFailure();
    int slot = code * FLAGS + (failure == null ? 0 : failure.ordinal() + 1);
    Counter counter = requests.get(slot);
    if (counter == null) {
      String flag = failure == null ? "-" : failure.flag();
      counter =
          counter(
              requests,
              slot,
              "weft.requests",
              tags.and("code_class", CODE_CLASSES[code], "flag", flag));
    }
    add(counter, 1);
    Timer timer = durations.get(code);
    if (timer == null) {
      timer = timer(code);
    }
    if (timer != null) {
      timer.record(record.durationNanos(), TimeUnit.NANOSECONDS);
    }
    if (failure != null) {
      failed(failure);
    }
    bytes(BYTES_IN, "weft.request.bytes", record.bytesIn());
    bytes(BYTES_OUT, "weft.response.bytes", record.bytesOut());
  }

  private void failed(Failure failure) {
    Counter counter = failures.get(failure.ordinal());
    if (counter == null) {
      counter =
          counter(
              failures,
              failure.ordinal(),
              "weft.request.failures",
              tags.and("failure", failure.label()));
    }
    add(counter, 1);
  }

  private void bytes(int way, String name, long size) {
    if (size == 0) {
      return;
    }
    Counter counter = bytes.get(way);
    if (counter == null) {
      counter = counter(bytes, way, name, tags);
    }
    add(counter, size);
  }

  private static void add(@Nullable Counter counter, long amount) {
    if (counter != null) {
      counter.increment((double) amount);
    }
  }

  private @Nullable Counter counter(
      AtomicReferenceArray<@Nullable Counter> slots, int slot, String name, Tags with) {
    Counter made = meters.add(to -> Counter.builder(name).tags(with).register(to));
    slots.set(slot, made);
    return made;
  }

  private @Nullable Timer timer(int code) {
    Timer made =
        meters.add(to ->
            Timer.builder("weft.request.duration")
                .tags(tags)
                .tag("code_class", CODE_CLASSES[code])
                .serviceLevelObjectives(BUCKETS)
                .register(to));
    durations.set(code, made);
    return made;
  }
}
