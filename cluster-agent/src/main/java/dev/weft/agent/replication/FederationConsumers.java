package dev.weft.agent.replication;

import dev.weft.agent.model.Peer;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.telemetry.FederationMetrics;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows the configured peers: one {@link PeerConsumer} for each, started, told and ended as the
 * state's peers change. Owns them on its thread, {@code weft-federation-peers}; public methods are
 * thread-safe.
 */
public final class FederationConsumers implements AutoCloseable {

  private final StateReader state;
  private final StateWriter writer;
  private final PeerDialer dialer;
  private final ReplicatedMap imports;
  private final ImportPersistence persistence;
  private final PeerRoots roots;
  private final FederationTimings timings;
  private final LongSupplier monotonicMillis;
  private final RandomGenerator random;
  private final FederationMetrics metrics;
  private final OwnerThread owner = new OwnerThread("weft-federation-peers");
  private final Map<String, PeerConsumer> consumers = new ConcurrentHashMap<>();
  private Map<String, Peer> peers = Map.of();
  private @Nullable AutoCloseable subscription;

  /**
   * What is known of the stream from a peer; ages as of the call.
   *
   * @param state {@code waiting}, {@code dialling}, {@code following} or {@code backing-off}
   * @param detail why, for people
   * @param heartbeatAgeMillis since the newest heartbeat that vouched for the imports was made; -1:
   *     none since the start
   * @param position how far everything has arrived
   * @param imports services
   */
  public record ImportStatus(
      String state,
      String detail,
      long heartbeatAgeMillis,
      StreamPosition position,
      long imports) {}

  public FederationConsumers(
      StateReader state,
      StateWriter writer,
      PeerDialer dialer,
      ReplicatedMap imports,
      ImportPersistence persistence,
      PeerRoots roots,
      FederationTimings timings,
      LongSupplier monotonicMillis,
      RandomGenerator random,
      FederationMetrics metrics) {
    this.state = state;
    this.writer = writer;
    this.dialer = dialer;
    this.imports = imports;
    this.persistence = persistence;
    this.roots = roots;
    this.timings = timings;
    this.monotonicMillis = monotonicMillis;
    this.random = random;
    this.metrics = metrics;
  }

  /**
   * Begins to follow the state's peers. To be called once; returns when what was kept of those that
   * are configured now has been submitted to the state. Blocks on the disk.
   */
  public void start() {
    Map<String, Peer> configured = state.current().peers();
    CompletableFuture<Void> followed = new CompletableFuture<>();
    owner.run(() -> {
      try {
        follow(configured);
      } finally {
        followed.complete(null);
      }
    });
    followed.join();
    subscription = state.subscribe(this::published);
  }

  /** By peer cluster. */
  public Map<String, ImportStatus> statuses() {
    long now = monotonicMillis.getAsLong();
    Map<String, ImportStatus> statuses = new HashMap<>();
    consumers.forEach((name, consumer) -> {
      PeerConsumer.ImportStatus status = consumer.status();
      long age = status.heardMillis() == Long.MIN_VALUE ? -1 : now - status.heardMillis();
      statuses.put(
          name,
          new ImportStatus(
              status.state(), status.detail(), age, status.position(), status.imports()));
    });
    return statuses;
  }

  @Override
  public void close() throws Exception {
    AutoCloseable subscribed = subscription;
    if (subscribed != null) {
      subscribed.close();
    }
    owner.run(() -> consumers.values().forEach(PeerConsumer::close));
    owner.close();
  }

  private void published(MeshState published) {
    Map<String, Peer> configured = published.peers();
    owner.run(() -> follow(configured));
  }

  private void follow(Map<String, Peer> configured) {
    if (configured.equals(peers)) {
      return;
    }
    for (String gone : List.copyOf(consumers.keySet())) {
      if (!configured.containsKey(gone)) {
        PeerConsumer consumer = consumers.remove(gone);
        if (consumer != null) {
          consumer.forget();
        }
      }
    }
    configured.forEach((name, peer) -> {
      PeerConsumer consumer = consumers.get(name);
      Peer known = peers.get(name);
      if (consumer == null) {
        consumers.put(name, open(peer));
      } else if (known == null || !same(known, peer)) {
        consumer.update(peer);
      }
    });
    peers = configured;
  }

  private PeerConsumer open(Peer peer) {
    return new PeerConsumer(
        peer,
        dialer,
        imports,
        persistence,
        writer,
        roots,
        timings,
        monotonicMillis,
        random,
        metrics);
  }

  /** Arrays within records compare by identity, and bundles are read anew each time. */
  private static boolean same(Peer one, Peer other) {
    return one.gateways().equals(other.gateways())
        && one.trustDomain().equals(other.trustDomain())
        && Arrays.deepEquals(one.bundle().toArray(), other.bundle().toArray());
  }
}
