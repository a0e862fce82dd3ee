package dev.weft.proxy.xds;

import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.SnapshotSink;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.tls.TlsMaterialSink;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one delta ADS stream to one of the agents and turns what comes into snapshots. What an
 * agent takes for acknowledged is in use: a response is answered when all workers have it, since
 * callers are sent here on the strength of that answer. Everything is confined to the control
 * thread, which callers hop to by themselves; gRPC's callbacks run there too.
 */
public final class XdsClient implements TlsMaterialSink {
  private static final Logger LOG = Logger.getLogger(XdsClient.class);
  private static final Duration CACHE_DELAY = Duration.ofMillis(500);

  private final Settings settings;
  private final AgentChannels channels;
  private final ScheduledExecutorService control;
  private final Executor disk;
  private final SnapshotSink sink;
  private final UpdateCounter counter;
  private final RandomGenerator random;
  private final ResourceStore store = new ResourceStore();
  private final Warming warming;
  private final BackOff backOff;
  private final ResourceCache cache;
  private @Nullable TlsMaterial own;
  private @Nullable AdsStream stream;
  private @Nullable AdsSession session;
  private @Nullable ScheduledFuture<?> warmTimer;
  private CompletionStage<Void> applied = CompletableFuture.completedStage(null);
  private int nextAgent;
  private boolean cacheDue;
  private boolean connectDue;
  private boolean stopped;
  private String status = "not connected yet";

  /**
   * @param node announced on each stream
   * @param warmingLimit how long a resource waits for what it names; Envoy's initial_fetch_timeout
   *     is 15 s
   * @param longestBackOff between attempts
   */
  public record Settings(Node node, Duration warmingLimit, Duration longestBackOff) {
    /**
     * The ordinary values. An agent that lost its data knows its nodes, and tells its peers of
     * their instances, from when they are back: two seconds are little of the five that this may
     * take.
     */
    public static Settings of(Node node) {
      return new Settings(node, Duration.ofSeconds(15), Duration.ofSeconds(2));
    }
  }

  /**
   * @param cacheDirectory where accepted configuration is kept
   * @param owner the node's identity, which the kept configuration has to bear
   * @param control one thread; callbacks of {@code channels} have to run on it
   * @param disk runs blocking writes one after the other
   */
  public XdsClient(
      Settings settings,
      AgentChannels channels,
      DataDirectory cacheDirectory,
      String owner,
      ScheduledExecutorService control,
      Executor disk,
      SnapshotSink sink,
      UpdateCounter counter,
      RandomGenerator random) {
    this.settings = settings;
    this.channels = channels;
    this.control = control;
    this.disk = disk;
    this.sink = sink;
    this.counter = counter;
    this.random = random;
    this.warming = new Warming(store, settings.warmingLimit().toNanos());
    this.backOff = new BackOff(Duration.ofMillis(100), settings.longestBackOff(), random);
    this.cache = new ResourceCache(cacheDirectory, owner);
  }

  /** Publishes what the disk holds. Before {@link #publish}; nothing is dialled yet. */
  public void restore() {
    cache.restore(store);
    advance();
  }

  /**
   * Connects with a certificate; with a renewed one, opens a new stream in the place of the old
   * within a short while.
   */
  @Override
  public void publish(TlsMaterial material) {
    TlsMaterial before = own;
    own = material;
    if (before == null) {
      connect();
    } else if (!before.leaf().equals(material.leaf())) {
      // Spread out, because all nodes of a cluster may have been renewed by one new bundle.
      control.schedule(this::reconnect, random.nextLong(100, 5_000), TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the stream and writes what is not on disk yet. */
  public void stop() {
    stopped = true;
    closeStream();
    if (cacheDue) {
      writeCache();
    }
  }

  /** What is accepted and in use, for people. */
  public ConfigDump dump() {
    return ConfigDump.of(status, store, warming.published());
  }

  private void reconnect() {
    if (!stopped && stream != null) {
      closeStream();
      connect();
    }
  }

  private void connect() {
    connectDue = false;
    TlsMaterial material = own;
    if (stopped || material == null || stream != null) {
      return;
    }
    List<HostPort> addresses = channels.agent().addresses();
    HostPort address = addresses.get(Math.floorMod(nextAgent, addresses.size()));
    status = "connecting to " + address;
    session = new AdsSession(settings.node(), store);
    AdsStream opened =
        new AdsStream(channels.open(address, material.ownRoots(), material), new Events(address));
    stream = opened;
    opened.start();
    session.subscriptions().forEach(opened::send);
  }

  private void closeStream() {
    if (stream != null) {
      stream.close();
      stream = null;
      session = null;
    }
  }

  private final class Events implements AdsStream.Listener {
    private final HostPort address;
    private boolean heard;

    Events(HostPort address) {
      this.address = address;
    }

    @Override
    public void received(AdsStream from, DeltaDiscoveryResponse response) {
      AdsSession current = session;
      if (from != stream || current == null) {
        return;
      }
      if (!heard) {
        heard = true;
        backOff.reset();
        status = "connected to " + address;
        LOG.infof("receiving configuration from agent %s", address);
      }
      handle(current, from, response);
    }

    @Override
    public void ended(AdsStream from, String reason) {
      if (from != stream) {
        return;
      }
      closeStream();
      counter.count("ads", "disconnected");
      nextAgent++;
      Duration wait = backOff.next();
      status = "disconnected from " + address + ": " + reason;
      LOG.warnf(
          "no stream to agent %s (%s), next attempt in %d ms", address, reason, wait.toMillis());
      if (!stopped && !connectDue) {
        connectDue = true;
        control.schedule(XdsClient.this::connect, wait.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private void handle(AdsSession current, AdsStream from, DeltaDiscoveryResponse response) {
    AdsSession.Outcome outcome = current.receive(response);
    String type = outcome.type().map(ResourceType::label).orElse("unknown");
    counter.count(type, outcome.rejected().isEmpty() ? "accepted" : "rejected");
    outcome
        .rejected()
        .forEach((name, reason) -> LOG.warnf("rejected %s %s: %s", type, name, reason));
    List<DeltaDiscoveryRequest> changes = current.subscriptions();
    changes.forEach(from::send);
    advance();
    acknowledge(from, outcome.acknowledgement());
    if (outcome.accepted() > 0 || !changes.isEmpty()) {
      scheduleCache();
    }
  }

  /** In the order of the responses: each waits for what the ones before wait for. */
  private void acknowledge(AdsStream to, DeltaDiscoveryRequest answer) {
    applied.whenComplete((_, _) ->
        control.execute(() -> {
          if (to == stream) {
            to.send(answer);
          }
        }));
  }

  private void advance() {
    long now = System.nanoTime();
    warming.advance(now).ifPresent(this::publishSnapshot);
    if (warmTimer != null) {
      warmTimer.cancel(false);
      warmTimer = null;
    }
    warming
        .nextDeadline()
        .ifPresent(deadline ->
            warmTimer =
                control.schedule(this::advance, Math.max(1, deadline - now), TimeUnit.NANOSECONDS));
  }

  private void publishSnapshot(Snapshot snapshot) {
    applied = sink.publish(snapshot);
  }

  private void scheduleCache() {
    if (!cacheDue) {
      cacheDue = true;
      control.schedule(this::writeCache, CACHE_DELAY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void writeCache() {
    if (cacheDue) {
      cacheDue = false;
      byte[] body = ResourceCache.encode(store);
      disk.execute(() -> cache.write(body));
    }
  }
}
