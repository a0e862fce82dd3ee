package dev.weft.proxy.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections of one listener, or to one upstream: how many there are, were, and by which version
 * of TLS. Thread-safe.
 */
final class OpenConnections {
  private final Meters meters;
  private final String side;
  private final String label;
  private final String name;
  private final AtomicInteger active = new AtomicInteger();

  /**
   * @param side {@code downstream} or {@code upstream}: in the metrics' names
   * @param label {@code listener} or {@code upstream}
   */
  OpenConnections(Meters meters, String side, String label, String name) {
    this.meters = meters;
    this.side = side;
    this.label = label;
    this.name = name;
    meters.add(to ->
        Gauge.builder("weft." + side + ".connections.active", active, AtomicInteger::get)
            .tag(label, name)
            .register(to));
  }

  void opened() {
    active.incrementAndGet();
    Counter counter =
        meters.add(
            to -> Counter.builder("weft." + side + ".connections").tag(label, name).register(to));
    if (counter != null) {
      counter.increment();
    }
  }

  void closed() {
    active.decrementAndGet();
  }

  /**
   * A handshake succeeded.
   *
   * @param version {@code TLSv1.2} or {@code TLSv1.3}
   * @param cipher the suite agreed on: one of those that this node offers, never a peer's text
   */
  void secured(String version, String cipher) {
    Counter counter =
        meters.add(to ->
            Counter.builder("weft." + side + ".tls.handshakes")
                .tag(label, name)
                .tag("version", version)
                .tag("cipher", cipher)
                // Sessions are never resumed (NoResumption): the label is there for who compares.
                .tag("resumed", "false")
                .register(to));
    if (counter != null) {
      counter.increment();
    }
  }
}
