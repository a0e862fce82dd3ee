package dev.weft.agent.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
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

  /** What is counted about one peer as an origin. */
  public Origin origin(String peer) {
    return new Origin(peer);
  }

  /**
   * Shows the age of the last heartbeat.
   *
   * @param seconds since it was made; NaN when there was none
   */
  public void heartbeatAge(String peer, DoubleSupplier seconds) {
    Gauge.builder("weft_federation_heartbeat_age_seconds", seconds::getAsDouble)
        .description("Since the peer's last heartbeat was made")
        .tags("peer", peer)
        .strongReference(true)
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** The meters of one origin. */
  public final class Origin {
    private final Tags tags;
    private final Counter entries;
    private final Counter heartbeats;
    private final Counter digestsDiffered;
    private final Counter refused;
    private final Timer delay;

    private Origin(String peer) {
      tags = Tags.of("peer", peer);
      entries = perPeer("weft_federation_entries_received", "Entries received from a peer");
      heartbeats = perPeer("weft_federation_heartbeats", "Heartbeats received from a peer");
      digestsDiffered =
          perPeer("weft_federation_digests_differed", "Heartbeats whose digest was not ours");
      refused =
          perPeer(
              "weft_federation_entries_refused",
              "Entries of a peer that are malformed or not its to send");
      delay =
          Timer.builder("weft_federation_heartbeat_delay_seconds")
              .description("How much longer than the fastest a heartbeat was under way")
              .tags(tags)
              .register(registry);
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

    public void entryRefused() {
      refused.increment();
    }

    /**
     * A connection ended.
     *
     * @param reason one of a small closed set
     */
    public void disconnected(String reason) {
      Counter.builder("weft_federation_disconnects")
          .description("Connections to a peer that ended or did not come about")
          .tags(tags.and("reason", reason))
          .register(registry)
          .increment();
    }

    private Counter perPeer(String name, String description) {
      return Counter.builder(name).description(description).tags(tags).register(registry);
    }
  }
}
