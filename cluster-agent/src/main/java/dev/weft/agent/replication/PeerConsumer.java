package dev.weft.agent.replication;

import com.google.protobuf.ByteString;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.v1.Entry;
import dev.weft.v1.Heartbeat;
import dev.weft.v1.Resume;
import dev.weft.v1.TrustedRoots;
import dev.weft.v1.WatchRequest;
import dev.weft.v1.WatchResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one stream to one peer: dials the peer's gateways in turn, resumes, applies, acknowledges
 * what is durable, and gives up every connection whose heartbeats are old. Owns its state on one
 * thread, {@code weft-peer-<cluster>}; public methods are thread-safe.
 *
 * <pre>
 * waiting (no bundle, no gateway) ──▶ dialling ──first message──▶ following ──watchdog, end──▶ backing off ──▶ dialling …
 * </pre>
 */
final class PeerConsumer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PeerConsumer.class);
  private static final List<String> FEATURES = List.of("service");
  private static final Duration CHECK = Duration.ofMillis(100);
  private static final Duration ROOTS = Duration.ofMillis(500);

  private final String cluster;
  private final PeerDialer dialer;
  private final StateWriter writer;
  private final FederationTimings timings;
  private final LongSupplier monotonicMillis;
  private final RandomGenerator random;
  private final FederationMetrics.Origin metrics;
  private final OwnerThread owner;
  private final PeerImports imports;
  private final PeerRoots roots;
  private final OriginClock clock = new OriginClock();
  private Peer peer;
  private @Nullable Connection connection;
  private int failures;
  private int nextGateway;
  private long clockEpoch;
  private long dialAtMillis;
  private String lastReason = "";
  private volatile ImportStatus status;

  /**
   * What is known of the stream from a peer.
   *
   * @param state {@code waiting}, {@code dialling}, {@code following} or {@code backing-off}
   * @param detail why, for people
   * @param heardMillis when the newest heartbeat that vouched for the imports was made, on our
   *     monotonic clock; {@link Long#MIN_VALUE}: never
   * @param position how far everything has arrived
   * @param imports services
   */
  record ImportStatus(
      String state, String detail, long heardMillis, StreamPosition position, long imports) {}

  PeerConsumer(
      Peer peer,
      PeerDialer dialer,
      ReplicatedMap replicated,
      ImportPersistence persistence,
      StateWriter writer,
      PeerRoots roots,
      FederationTimings timings,
      LongSupplier monotonicMillis,
      RandomGenerator random,
      FederationMetrics metrics) {
    this.roots = roots;
    this.cluster = peer.cluster();
    this.peer = peer;
    this.dialer = dialer;
    this.writer = writer;
    this.timings = timings;
    this.monotonicMillis = monotonicMillis;
    this.random = random;
    this.metrics = metrics.origin(cluster);
    this.owner = new OwnerThread("weft-peer-" + cluster);
    this.imports =
        new PeerImports(
            cluster, replicated, persistence, position -> owner.run(() -> acknowledge(position)));
    this.status =
        new ImportStatus("waiting", "", Long.MIN_VALUE, imports.complete(), imports.count());
    this.metrics.heartbeatAge(this::heartbeatAgeSeconds);
    owner.run(this::check);
    owner.every(CHECK, this::check);
  }

  /**
   * The peer's gateways or bundle changed. A connection through a gateway or with a bundle that is
   * not there any more ends.
   */
  void update(Peer changed) {
    owner.run(() -> {
      Connection open = connection;
      boolean usable =
          open != null
              && changed.gateways().contains(open.gateway)
              && holdsAll(changed.bundle(), peer.bundle());
      peer = changed;
      failures = 0;
      dialAtMillis = 0;
      if (!usable) {
        drop("reconfigured");
      }
      check();
    });
  }

  /** Whether what was trusted before still is. */
  private static boolean holdsAll(List<byte[]> now, List<byte[]> before) {
    return before.stream().allMatch(root -> now.stream().anyMatch(one -> Arrays.equals(one, root)));
  }

  ImportStatus status() {
    return status;
  }

  /** Ends the stream and forgets what the peer said: it is no peer any more. */
  void forget() {
    owner.run(() -> {
      drop("removed");
      imports.forget();
      metrics.close();
    });
    owner.close();
  }

  @Override
  public void close() {
    owner.run(() -> drop("shutdown"));
    owner.close();
  }

  /** Looks at the clock: is it time to dial, or to give up? */
  private void check() {
    long now = monotonicMillis.getAsLong();
    Connection open = connection;
    if (open == null) {
      if (now >= dialAtMillis) {
        dial(now);
      }
    } else if (now >= open.deadlineMillis) {
      failed(
          open,
          open.following ? "watchdog" : "timeout",
          "no fresh heartbeat through " + open.gateway);
    } else {
      reportRoots(open, now);
    }
  }

  /** Tells an origin that has told its roots which of them are trusted here. */
  private void reportRoots(Connection open, long now) {
    if (!open.toldRoots || now < open.rootsAtMillis) {
      return;
    }
    open.rootsAtMillis = now + ROOTS.toMillis();
    Set<String> trusted = roots.trusted(cluster);
    if (!trusted.equals(open.reportedRoots)) {
      open.reportedRoots = trusted;
      TrustedRoots.Builder message = TrustedRoots.newBuilder();
      trusted.stream()
          .sorted()
          .forEach(one -> message.addSha256(ByteString.copyFrom(HexFormat.of().parseHex(one))));
      open.send(WatchRequest.newBuilder().setTrustedRoots(message).build());
    }
  }

  private void dial(long now) {
    if (peer.bundle().isEmpty() || peer.gateways().isEmpty()) {
      report(
          "waiting",
          peer.bundle().isEmpty()
              ? "its trust bundle is not there yet"
              : "no address of a gateway is known");
      dialAtMillis = now + timings.shortestBackOff().toMillis();
      return;
    }
    Address gateway = peer.gateways().get(Math.floorMod(nextGateway++, peer.gateways().size()));
    Connection opening = new Connection(gateway, now + timings.attempt().toMillis());
    connection = opening;
    report("dialling", lastReason);
    try {
      imports.streamBegins();
      PeerDialer.Link link = dialer.dial(peer, gateway, opening);
      opening.link = link;
      link.send(
          WatchRequest.newBuilder()
              .setResume(
                  Resume.newBuilder()
                      .setPosition(imports.complete().toMessage())
                      .setHighestEpoch(imports.highestEpoch())
                      .addAllFeatures(FEATURES))
              .build());
    } catch (IOException e) {
      failed(opening, "credentials", String.valueOf(e.getMessage()));
    }
  }

  private void failed(Connection ended, String reason, String detail) {
    if (ended != connection) {
      return;
    }
    boolean worked = ended.following;
    drop(reason);
    failures = worked ? 0 : failures + 1;
    // Waiting helps when all gateways have failed; one that has not been tried since is tried soon.
    int gateways = Math.max(1, peer.gateways().size());
    int rounds = failures % gateways == 0 ? Math.min(failures / gateways, 10) : 0;
    long longest =
        Math.min(
            timings.longestBackOff().toMillis(), timings.shortestBackOff().toMillis() << rounds);
    // Half of it at random, so that many consumers of a gateway that comes back do not arrive at
    // once.
    dialAtMillis = monotonicMillis.getAsLong() + longest / 2 + random.nextLong(longest / 2 + 1);
    if (!detail.equals(lastReason)) {
      LOG.infof("the stream from peer %s ended (%s): %s", cluster, reason, detail);
    }
    lastReason = detail;
    report("backing-off", detail);
  }

  private void drop(String reason) {
    Connection open = connection;
    connection = null;
    if (open != null) {
      metrics.disconnected(reason);
      PeerDialer.Link link = open.link;
      if (link != null) {
        link.close();
      }
    }
  }

  private void received(Connection from, WatchResponse message) {
    if (from != connection) {
      return;
    }
    try {
      if (!from.following) {
        from.following = true;
        from.deadlineMillis = monotonicMillis.getAsLong() + timings.watchdog().toMillis();
        failures = 0;
        LOG.infof(
            "following peer %s through %s from %s", cluster, from.gateway, imports.complete());
        lastReason = "";
      }
      apply(from, message);
      report("following", "through " + from.gateway);
      from.next();
    } catch (IllegalArgumentException e) {
      from.following = false;
      failed(from, "protocol", "it breaks the protocol: " + e.getMessage());
    }
  }

  private void apply(Connection from, WatchResponse message) {
    switch (message.getKindCase()) {
      case FULL_BEGIN ->
          imports.fullBegins(
              new StreamPosition(
                  message.getFullBegin().getEpoch(), message.getFullBegin().getFloorSequence()));
      case ENTRY -> {
        metrics.entry();
        entry(message.getEntry());
      }
      case FULL_END -> imports.fullEnds(StreamPosition.of(message.getFullEnd().getPosition()));
      case HEARTBEAT -> heartbeat(from, message.getHeartbeat());
      case TRUST_BUNDLE -> {
        roots.received(
            cluster,
            message.getTrustBundle().getRootsList().stream().map(ByteString::toByteArray).toList());
        from.toldRoots = true;
      }
      case KIND_NOT_SET -> LOG.debugf("a message of peer %s is of a kind not known here", cluster);
    }
  }

  private void entry(Entry entry) {
    try {
      imports.entry(entry);
    } catch (IllegalArgumentException e) {
      metrics.entryRefused("limit");
      throw e;
    }
  }

  private void heartbeat(Connection from, Heartbeat heartbeat) {
    long now = monotonicMillis.getAsLong();
    if (heartbeat.getPosition().getEpoch() != clockEpoch) {
      clockEpoch = heartbeat.getPosition().getEpoch();
      clock.reset();
    }
    long delay = clock.delayOf(heartbeat.getOriginMonotonicMillis(), now);
    metrics.heartbeat(delay);
    long madeAt = now - delay;
    if (!heartbeat.hasDigest()) {
      // More is on its way: the connection is alive, but nothing vouches for what is held.
      from.alive(from.vouched ? madeAt : now);
      return;
    }
    from.alive(madeAt);
    if (imports.agrees(StreamPosition.of(heartbeat.getPosition()), heartbeat.getDigest())) {
      from.vouched = true;
      from.resyncing = false;
      heardMillis = Math.max(heardMillis, madeAt);
      writer.submit(new Delta.PeerHeard(cluster, madeAt));
    } else if (!from.resyncing) {
      metrics.digestDiffered();
      LOG.warnf(
          "what is held of peer %s differs from what it says: everything is asked for again",
          cluster);
      from.resyncing = true;
      StreamPosition position = imports.complete();
      imports.distrust();
      from.send(WatchRequest.newBuilder().setResync(position.toMessage()).build());
    }
  }

  private long heardMillis = Long.MIN_VALUE;

  private void acknowledge(StreamPosition position) {
    Connection open = connection;
    if (open != null && open.following) {
      open.send(WatchRequest.newBuilder().setAcknowledged(position.toMessage()).build());
    }
  }

  private void report(String state, String detail) {
    status = new ImportStatus(state, detail, heardMillis, imports.complete(), imports.count());
  }

  private double heartbeatAgeSeconds() {
    long heard = status.heardMillis();
    return heard == Long.MIN_VALUE ? Double.NaN : (monotonicMillis.getAsLong() - heard) / 1000.0;
  }

  /** One attempt and what became of it. Its fields belong to the owner's thread. */
  private final class Connection implements PeerDialer.Receiver {
    private final Address gateway;
    private PeerDialer.@Nullable Link link;
    private long deadlineMillis;
    private boolean following;
    private boolean vouched;
    private boolean resyncing;
    private boolean toldRoots;
    private long rootsAtMillis;
    private Set<String> reportedRoots = Set.of();

    Connection(Address gateway, long deadlineMillis) {
      this.gateway = gateway;
      this.deadlineMillis = deadlineMillis;
    }

    void alive(long atMillis) {
      deadlineMillis = Math.max(deadlineMillis, atMillis + timings.watchdog().toMillis());
    }

    void send(WatchRequest message) {
      PeerDialer.Link open = link;
      if (open != null) {
        open.send(message);
      }
    }

    void next() {
      PeerDialer.Link open = link;
      if (open != null) {
        open.next();
      }
    }

    @Override
    public void message(WatchResponse message) {
      owner.run(() -> received(this, message));
    }

    @Override
    public void ended(String reason) {
      owner.run(() -> failed(this, "ended", reason));
    }
  }
}
