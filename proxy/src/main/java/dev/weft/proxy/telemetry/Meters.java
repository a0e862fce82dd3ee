package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one resource, which go when it goes; what still ends then is not counted any more.
 * Thread-safe: guarded by a lock that is the same for all of a process, so that meters of the same
 * name and labels are removed before they are made anew.
 */
final class Meters {
  private final MeterRegistry registry;
  private final Object lock;
  private final Set<Meter> meters = new HashSet<>();
  private boolean removed;

  Meters(MeterRegistry registry, Object lock) {
    this.registry = registry;
    this.lock = lock;
  }

  /** Registers a meter, or finds it; {@code null}: its resource is gone. */
  <M extends Meter> @Nullable M add(Function<MeterRegistry, M> make) {
    synchronized (lock) {
      if (removed) {
        return null;
      }
      M meter = make.apply(registry);
      meters.add(meter);
      return meter;
    }
  }

  /** The resource is gone. */
  void remove() {
    synchronized (lock) {
      removed = true;
      meters.forEach(registry::remove);
      meters.clear();
    }
  }
}
