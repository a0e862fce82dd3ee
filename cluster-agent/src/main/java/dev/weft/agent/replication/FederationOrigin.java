package dev.weft.agent.replication;

import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.StateReader;
import dev.weft.agent.store.ResourceStore;
import dev.weft.agent.telemetry.FederationMetrics;
import dev.weft.v1.ExportedService;
import dev.weft.v1.TrustedRoots;
import dev.weft.v1.WatchRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What this cluster tells its peers. Owns the logs and streams of all consumers on one thread,
 * {@code weft-federation-origin}; the methods below are thread-safe and return at once. The state's
 * owner only leaves its newest state here, so no writer ever waits for a peer; of many states that
 * arrive while this thread is busy the newest alone is looked at.
 */
public final class FederationOrigin implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(FederationOrigin.class);
  private static final int MOST_TRUSTED = 64;

  private final StateReader state;
  private final EpochStore epochs;
  private final FederationTimings timings;
  private final LongSupplier monotonicMillis;
  private final FederationMetrics metrics;
  private final OwnerThread owner = new OwnerThread("weft-federation-origin");
  private final AtomicReference<@Nullable MeshState> newest = new AtomicReference<>();
  private final Map<String, Consumer> consumers = new HashMap<>();
  private final Map<String, ExportStatus> statuses = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> trusted = new ConcurrentHashMap<>();
  private final ExportViews exports = new ExportViews();
  private List<byte[]> bundle = List.of();
  private Map<String, Map<String, ExportedService>> views = Map.of();
  private @Nullable MeshState followed;
  private @Nullable AutoCloseable subscription;

  /**
   * What a consumer has of us.
   *
   * @param connected whether it has a stream now
   * @param position of our newest change
   * @param acknowledged durable at the consumer
   * @param exports services exported to it
   */
  public record ExportStatus(
      boolean connected, StreamPosition position, StreamPosition acknowledged, long exports) {}

  /** One open stream, as the transport sees it. Thread-safe. */
  interface Session {
    /** A message arrived; {@code done} runs when the next one may be asked for. */
    void received(WatchRequest request, Runnable done);

    /** The transport takes messages again. */
    void ready();

    /** The stream is gone. */
    void closed();
  }

  private static final class Consumer {
    private final ConsumerLog log;
    private @Nullable OriginStream stream;
    private StreamPosition acknowledged = StreamPosition.NONE;

    Consumer(ConsumerLog log) {
      this.log = log;
    }
  }

  /**
   * @param monotonicMillis this host's monotonic clock in milliseconds
   */
  public FederationOrigin(
      StateReader state,
      ResourceStore store,
      FederationTimings timings,
      LongSupplier monotonicMillis,
      FederationMetrics metrics) {
    this.state = state;
    this.epochs = new EpochStore(store);
    this.timings = timings;
    this.monotonicMillis = monotonicMillis;
    this.metrics = metrics;
  }

  /**
   * Begins to follow the state. To be called once, when what was stored has been read into the
   * state.
   */
  public void start() {
    subscription = state.subscribe(this::published);
    owner.every(timings.heartbeat(), this::tick);
  }

  /** By peer cluster, for those that have connected since the start. */
  public Map<String, ExportStatus> statuses() {
    return Map.copyOf(statuses);
  }

  /** Fingerprints of our roots that each peer said everybody of it trusts, by cluster. */
  public Map<String, Set<String>> trustedRoots() {
    return Map.copyOf(trusted);
  }

  /**
   * Opens a stream for a consumer that its certificate has shown to be this peer. A newer stream
   * replaces an older one.
   */
  Session open(String consumer, OriginStream.Sink sink) {
    return new StreamSession(consumer, sink);
  }

  @Override
  public void close() throws Exception {
    AutoCloseable subscribed = subscription;
    if (subscribed != null) {
      subscribed.close();
    }
    owner.run(() -> consumers.keySet().forEach(name -> endStream(name, "the agent shuts down")));
    owner.close();
  }

  private void published(MeshState published) {
    if (newest.getAndSet(published) == null) {
      owner.run(this::follow);
    }
  }

  private void follow() {
    MeshState latest = newest.getAndSet(null);
    if (latest == null) {
      return;
    }
    followed = latest;
    views = exports.of(latest, monotonicMillis.getAsLong());
    consumers.keySet().stream()
        .filter(name -> !views.containsKey(name))
        .toList()
        .forEach(this::forget);
    if (!Arrays.deepEquals(bundle.toArray(), latest.local().trust().bundle().toArray())) {
      bundle = latest.local().trust().bundle();
      consumers
          .values()
          .forEach(consumer -> {
            OriginStream stream = consumer.stream;
            if (stream != null) {
              stream.bundle(bundle);
            }
          });
    }
    consumers.forEach((name, consumer) -> {
      if (consumer.log.update(views.getOrDefault(name, Map.of()))) {
        OriginStream stream = consumer.stream;
        if (stream != null) {
          stream.pump();
        }
        report(name, consumer);
      }
    });
  }

  private void tick() {
    Duration stuck = timings.stuck();
    consumers.forEach((name, consumer) -> {
      OriginStream stream = consumer.stream;
      if (stream != null && stream.stuckMillis() > stuck.toMillis()) {
        LOG.infof(
            "peer %s has taken nothing for %d s: its stream is closed", name, stuck.toSeconds());
        endStream(name, "nothing was read for " + stuck.toSeconds() + " s");
      } else if (stream != null) {
        stream.tick();
      }
    });
  }

  private void forget(String name) {
    endStream(name, "no longer a peer");
    consumers.remove(name);
    statuses.remove(name);
    trusted.remove(name);
  }

  private void endStream(String name, String reason) {
    Consumer consumer = consumers.get(name);
    if (consumer != null && consumer.stream != null) {
      consumer.stream.end(reason);
      consumer.stream = null;
      report(name, consumer);
    }
  }

  private void report(String name, Consumer consumer) {
    statuses.put(
        name,
        new ExportStatus(
            consumer.stream != null,
            consumer.log.position(),
            consumer.acknowledged,
            consumer.log.digest().count()));
  }

  private Consumer consumer(String name, long echoedEpoch) throws IOException {
    Consumer known = consumers.get(name);
    if (known != null && echoedEpoch <= known.log.epoch()) {
      return known;
    }
    endStream(name, "replaced by a newer epoch");
    ConsumerLog log = new ConsumerLog(epochs.next(name, echoedEpoch));
    MeshState latest = followed;
    if (latest != null) {
      // Made for it alone: what it gets first has to say how old its health is now.
      log.update(ExportView.of(latest, monotonicMillis.getAsLong()).getOrDefault(name, Map.of()));
    }
    Consumer consumer = new Consumer(log);
    consumers.put(name, consumer);
    return consumer;
  }

  /** Its fields belong to the owner's thread. */
  private final class StreamSession implements Session {
    private final String name;
    private final OriginStream.Sink sink;
    private @Nullable Consumer consumer;
    private @Nullable OriginStream stream;

    StreamSession(String name, OriginStream.Sink sink) {
      this.name = name;
      this.sink = sink;
    }

    @Override
    public void received(WatchRequest request, Runnable done) {
      owner.run(() -> {
        try {
          handle(request);
        } catch (IllegalArgumentException e) {
          refuse(String.valueOf(e.getMessage()));
        } catch (IOException e) {
          LOG.errorf(
              e,
              "the epoch for peer %s cannot be stored; it is served when that works again",
              name);
          refuse("not ready");
        }
        done.run();
      });
    }

    @Override
    public void ready() {
      owner.run(() -> current().ifPresent(OriginStream::pump));
    }

    @Override
    public void closed() {
      owner.run(() -> {
        if (current().isPresent()) {
          endStream(name, "closed");
        }
      });
    }

    private void handle(WatchRequest request) throws IOException {
      switch (request.getKindCase()) {
        case RESUME -> {
          if (stream != null) {
            throw new IllegalArgumentException("resume is the first message only");
          }
          StreamPosition position = StreamPosition.of(request.getResume().getPosition());
          resume(
              position, Math.max(position.epoch(), checked(request.getResume().getHighestEpoch())));
        }
        case ACKNOWLEDGED -> {
          StreamPosition position = StreamPosition.of(request.getAcknowledged());
          Consumer known = consumer;
          if (known != null && current().isPresent()) {
            known.log.acknowledged(position);
            known.acknowledged = position;
            report(name, known);
          }
        }
        case RESYNC -> {
          metrics.resyncAsked();
          current().ifPresent(OriginStream::resync);
        }
        case TRUSTED_ROOTS -> trusted.put(name, fingerprints(request.getTrustedRoots()));
        case KIND_NOT_SET ->
            throw new IllegalArgumentException("a message without a kind that is understood");
      }
    }

    private void resume(StreamPosition position, long echoedEpoch) throws IOException {
      follow();
      if (!views.containsKey(name)) {
        throw new IllegalArgumentException("not a peer");
      }
      Consumer known = FederationOrigin.this.consumer(name, echoedEpoch);
      endStream(name, "replaced by a newer stream of the same peer");
      OriginStream opened = new OriginStream(known.log, sink, monotonicMillis, metrics);
      consumer = known;
      stream = opened;
      known.stream = opened;
      opened.resume(position);
      opened.bundle(bundle);
      report(name, known);
    }

    /** This session's stream while it is the consumer's. */
    private Optional<OriginStream> current() {
      Consumer known = consumer;
      OriginStream opened = stream;
      return known != null && opened != null && known.stream == opened
          ? Optional.of(opened)
          : Optional.empty();
    }

    private void refuse(String reason) {
      if (current().isPresent()) {
        endStream(name, reason);
      } else {
        sink.end(reason);
      }
    }

    private static Set<String> fingerprints(TrustedRoots roots) {
      if (roots.getSha256Count() > MOST_TRUSTED) {
        throw new IllegalArgumentException(roots.getSha256Count() + " trusted roots");
      }
      return roots.getSha256List().stream()
          .map(digest -> HexFormat.of().formatHex(digest.toByteArray()))
          .collect(Collectors.toUnmodifiableSet());
    }

    private static long checked(long epoch) {
      if (epoch < 0) {
        throw new IllegalArgumentException(
            "epoch " + Long.toUnsignedString(epoch) + " is out of range");
      }
      return epoch;
    }
  }
}
