package dev.weft.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * The meters {@code weft_federation_*}. Names of peers are labels: they come from the
 * configuration, so there are few. Thread-safe.
 */
public final class FederationMetrics {

  private final MeterRegistry registry;
  private final Counter fullsSent;
  private final Counter entriesSent;
  private final Counter resyncsAsked;
  private final Map<String, Origin> origins = new HashMap<>();

  public FederationMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.fullsSent =
        counter("weft_federation_full_transfers", "Full transfers begun towards peers");
    this.entriesSent = counter("weft_federation_entries_sent", "Entries sent to peers");
    this.resyncsAsked =
        counter("weft_federation_resyncs_asked", "Full transfers that peers asked for");
  }

  /** A full transfer towards a peer began. */
  public void fullSent() {
    fullsSent.increment();
  }

  public void entrySent() {
    entriesSent.increment();
  }

  /** A peer's digest differed from ours. */
  public void resyncAsked() {
    resyncsAsked.increment();
  }

  /** What is counted about one peer as an origin, from 0 on. */
  public synchronized Origin origin(String peer) {
    Origin before = origins.remove(peer);
    if (before != null) {
      // A peer that is back before it was forgotten to the end: no meter is to go any more.
      before.close();
    }
    Origin origin = new Origin(peer);
    origins.put(peer, origin);
    return origin;
  }

  /**
   * An entry of a peer was malformed, not its to send, or beyond a limit.
   *
   * @param reason one of a small closed set
   */
  public void entryRefused(String peer, String reason) {
    Origin origin;
    synchronized (this) {
      origin = origins.get(peer);
    }
    if (origin != null) {
      origin.entryRefused(reason);
    }
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /**
   * The meters of one origin, which go with it: what ends after {@link #close} is not counted, and
   * a peer that comes back starts at 0.
   */
  public final class Origin implements AutoCloseable {
    private final Tags tags;
    private final Set<Meter> meters = new HashSet<>();
    private final Counter entries;
    private final Counter heartbeats;
    private final Counter digestsDiffered;
    private final Timer delay;
    private boolean closed;

    private Origin(String peer) {
      tags = Tags.of("peer", peer);
      entries = perPeer("weft_federation_entries_received", "Entries received from a peer");
      heartbeats = perPeer("weft_federation_heartbeats", "Heartbeats received from a peer");
      digestsDiffered =
          perPeer("weft_federation_digests_differed", "Heartbeats whose digest was not ours");
      delay =
          Timer.builder("weft_federation_heartbeat_delay_seconds")
              .description("How much longer than the fastest a heartbeat was under way")
              .tags(tags)
              .register(registry);
      meters.add(delay);
    }

    /**
     * Shows the age of the last heartbeat.
     *
     * @param seconds since it was made; NaN when there was none
     */
    public synchronized void heartbeatAge(DoubleSupplier seconds) {
      if (closed) {
        return;
      }
      meters.add(
          Gauge.builder("weft_federation_heartbeat_age_seconds", seconds::getAsDouble)
              .description("Since the peer's last heartbeat was made")
              .tags(tags)
              .strongReference(true)
              .register(registry));
    }

    public void entry() {
      entries.increment();
    }

    public void heartbeat(long delayMillis) {
      heartbeats.increment();
      delay.record(Duration.ofMillis(delayMillis));
    }

    public void digestDiffered() {
      digestsDiffered.increment();
    }

    /**
     * A connection ended.
     *
     * @param reason one of a small closed set
     */
    public void disconnected(String reason) {
      byReason(
          "weft_federation_disconnects",
          "Connections to a peer that ended or did not come about",
          reason);
    }

    /** See {@link FederationMetrics#entryRefused}. */
    public void entryRefused(String reason) {
      byReason(
          "weft_federation_entries_refused",
          "Entries of a peer that are malformed, not its to send or beyond a limit",
          reason);
    }

    private synchronized void byReason(String name, String description, String reason) {
      if (!closed) {
        Counter counter =
            Counter.builder(name)
                .description(description)
                .tags(tags.and("reason", reason))
                .register(registry);
        meters.add(counter);
        counter.increment();
      }
    }

    private Counter perPeer(String name, String description) {
      Counter counter =
          Counter.builder(name).description(description).tags(tags).register(registry);
      meters.add(counter);
      return counter;
    }

    @Override
    public synchronized void close() {
      closed = true;
      meters.forEach(registry::remove);
      meters.clear();
    }
  }
}
