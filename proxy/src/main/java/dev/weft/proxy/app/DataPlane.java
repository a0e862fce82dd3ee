package dev.weft.proxy.app;

import dev.weft.proxy.admin.AdminServer;
import dev.weft.proxy.admin.AdminSource;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.DataDirectory;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.http.router.RouterServices;
import dev.weft.proxy.http.router.RouterWorker;
import dev.weft.proxy.lifecycle.Readiness;
import dev.weft.proxy.lifecycle.TrafficPlane;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.SpanExporter;
import dev.weft.proxy.telemetry.Spans;
import dev.weft.proxy.tls.Identity;
import dev.weft.proxy.tls.TlsMaterial;
import dev.weft.proxy.worker.WorkerSettings;
import dev.weft.proxy.worker.WorkerState;
import dev.weft.proxy.worker.Workers;
import dev.weft.proxy.xds.AgentChannel;
import dev.weft.proxy.xds.AgentChannels;
import dev.weft.proxy.xds.AgentEndpoint;
import dev.weft.proxy.xds.ConfigDump;
import dev.weft.proxy.xds.GrpcCertificateSigner;
import dev.weft.proxy.xds.HostNames;
import dev.weft.proxy.xds.NodeMessage;
import dev.weft.proxy.xds.XdsClient;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * A running node without the framework around it: sidecar and gateway are this with their {@link
 * NodeParts}.
 *
 * <p>Start: ports and admin endpoint first, then workers, then configuration from the disk, then
 * identity, and with the first certificate the stream to the agent. The end: drain, then everything
 * in reverse. Thread-safe.
 */
public final class DataPlane implements AdminSource {
  private static final Logger LOG = Logger.getLogger(DataPlane.class);
  private static final String VERSION = "0.1.0";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Bootstrap bootstrap;
  private final Ports ports;
  private final NodeParts parts;
  private final Prometheus prometheus = new Prometheus();
  private final ScheduledExecutorService control;
  private final ExecutorService disk;
  private final EventLoopGroup agentLoop =
      new NioEventLoopGroup(1, new DefaultThreadFactory("weft-agent", true));
  private final ProxyMetrics metrics;
  private final RequestLog requestLog;
  private final TrafficPlane traffic;
  private final AgentChannel agentChannel;
  private final XdsClient xds;
  private final Identity identity;
  private final AdminServer admin;
  private final AtomicBoolean draining = new AtomicBoolean();
  private volatile Set<String> configured = Set.of();
  private volatile boolean identified;

  private DataPlane(Bootstrap wanted, Vertx vertx, NodeParts parts) throws IOException {
    this.parts = parts;
    this.ports = new Ports(wanted);
    this.bootstrap = ports.bound();
    DataDirectory directory = DataDirectory.open(bootstrap.dataDir());
    this.control =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("weft-control", true));
    this.disk = Executors.newSingleThreadExecutor(new DefaultThreadFactory("weft-disk", true));
    MeterRegistry registry = prometheus.registry();
    this.metrics = new ProxyMetrics(registry, bootstrap.metrics().maxSeries());
    this.requestLog = RequestLog.open(bootstrap.accessLog(), metrics).with(spans());
    AgentChannels channels =
        new AgentChannels(
            agents(bootstrap),
            trustDomain(bootstrap),
            agentLoop,
            control,
            InstantSource.system(),
            HostNames.SYSTEM);
    this.agentChannel = new AgentChannel(channels);
    WorkerState.Factory states =
        parts.workers(
            RouterWorker.factory(RouterServices.of(metrics, requestLog.sink())),
            new NodeParts.Context(bootstrap, agentChannel, registry, System::nanoTime));
    this.traffic =
        new Workers(
            WorkerSettings.of(bootstrap.workers()),
            states,
            new ConnectionRefusals(metrics, requestLog.sink(), InstantSource.system()),
            InstantSource.system());
    this.xds =
        new XdsClient(
            XdsClient.Settings.of(NodeMessage.of(bootstrap, VERSION)),
            channels,
            directory,
            bootstrap.node().identity().uri(),
            control,
            disk,
            this::use,
            (type, result) ->
                registry.counter("weft.xds.updates", "type", type, "result", result).increment(),
            new SplittableRandom());
    this.identity =
        new Identity(
            new Identity.Enrolment(
                bootstrap.node().identity(), bootstrap.agent().bundle(), bootstrap.agent().token()),
            directory,
            new GrpcCertificateSigner(channels, bootstrap.node().id()),
            control,
            this::use,
            InstantSource.system(),
            new SecureRandom());
    metrics.certificate(this::certificateEnd, () -> identity.renewalOverdue() ? 1 : 0);
    Bootstrap.Node node = bootstrap.node();
    metrics.node(
        node.id(), node.cluster(), node.namespace(), node.serviceAccount(), node.role().label());
    this.admin = join(AdminServer.start(vertx, bootstrap.admin(), this));
  }

  private Spans spans() {
    String service = bootstrap.node().serviceAccount();
    HostPort own = bootstrap.metrics().otlp().orElse(null);
    return new Spans(
        own == null ? null : spans(own, service),
        to -> spans(to.address(), to.service().isEmpty() ? service : to.service()),
        new DefaultThreadFactory("weft-spans-end", true));
  }

  private SpanExporter spans(HostPort receiver, String service) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(receiver.host(), receiver.port())
            .usePlaintext()
            .eventLoopGroup(agentLoop)
            .channelType(NioSocketChannel.class)
            .build();
    Bootstrap.Node node = bootstrap.node();
    return new SpanExporter(
        channel,
        new SpanExporter.Source(service, node.namespace(), node.id()),
        metrics,
        new DefaultThreadFactory("weft-spans", true));
  }

  /** Seconds since 1970. */
  private Number certificateEnd() {
    return identity
        .held()
        .map(held -> held.leaf().getNotAfter().toInstant().getEpochSecond())
        .orElse(0L);
  }

  private static AgentEndpoint agents(Bootstrap bootstrap) {
    return new AgentEndpoint(
        bootstrap.agent().addresses(),
        "agent." + trustDomain(bootstrap),
        "spiffe://" + trustDomain(bootstrap) + "/ns/weft-system/sa/agent");
  }

  private static String trustDomain(Bootstrap bootstrap) {
    return bootstrap.node().trustDomain().name();
  }

  /**
   * Starts a node. It serves as soon as it has a certificate and configuration, from the disk or
   * from an agent.
   *
   * @throws IOException when a port or the data directory is not to be had
   */
  public static DataPlane start(Bootstrap bootstrap, Vertx vertx, NodeParts parts)
      throws IOException {
    DataPlane node = new DataPlane(bootstrap, vertx, parts);
    node.control.execute(() -> {
      node.xds.restore();
      node.identity.start();
    });
    LOG.infof(
        "%s %s of %s: admin on %s:%d",
        bootstrap.node().role().label(),
        bootstrap.node().id(),
        trustDomain(bootstrap),
        bootstrap.admin().host(),
        node.admin.port());
    return node;
  }

  private CompletionStage<Void> use(Snapshot snapshot) {
    configured = snapshot.listeners().keySet();
    requestLog.use(snapshot);
    metrics.bundles(BundleEnds.of(snapshot));
    identity.trust(OwnRoots.of(snapshot, trustDomain(bootstrap)));
    metrics.retain(
        snapshot.listeners().keySet(), snapshot.upstreams().keySet(), RouteNames.of(snapshot));
    return traffic.publish(snapshot);
  }

  private void use(TlsMaterial material) {
    identified = true;
    traffic.publish(material);
    agentChannel.publish(material);
    xds.publish(material);
  }

  /** The bootstrap with the ports really bound. */
  public Bootstrap bootstrap() {
    return bootstrap;
  }

  /** The admin port bound. */
  public int adminPort() {
    return admin.port();
  }

  /** Listeners that accept connections: name to {@code ip:port}. */
  public Map<String, String> serving() {
    return traffic.serving();
  }

  @Override
  public Readiness readiness() {
    String required =
        switch (bootstrap.node().role()) {
          case SIDECAR -> "outbound";
          case GATEWAY -> "east-west";
        };
    return Readiness.of(
        draining.get(), identified, identity.status(), required, configured, traffic.serving());
  }

  @Override
  public String metrics() {
    return prometheus.scrape();
  }

  @Override
  public CompletionStage<JsonObject> configDump() {
    return CompletableFuture.supplyAsync(this::dump, control);
  }

  private JsonObject dump() {
    ConfigDump accepted = xds.dump();
    return ConfigDumpJson.of(bootstrap, identity, traffic.serving(), accepted);
  }

  @Override
  public void drain() {
    drain(Duration.ofSeconds(5));
  }

  private CompletionStage<Void> drain(Duration limit) {
    if (draining.compareAndSet(false, true)) {
      LOG.infof("draining, at most %d s", limit.toSeconds());
    }
    return traffic.drain(limit);
  }

  /**
   * Drains and ends; returns when everything is closed.
   *
   * @param drainLimit what is in flight after it is cut off
   */
  public void stop(Duration drainLimit) {
    await(drain(drainLimit), drainLimit.plusSeconds(1), "drain");
    await(
        CompletableFuture.runAsync(
            () -> {
              identity.stop();
              xds.stop();
              agentChannel.close();
            },
            control),
        PATIENCE,
        "control");
    await(traffic.close(), PATIENCE, "workers");
    parts.close();
    await(admin.close(), PATIENCE, "admin");
    control.shutdownNow();
    disk.shutdown();
    await(CompletableFuture.runAsync(this::closeRest), PATIENCE, "files");
  }

  private void closeRest() {
    try {
      if (!disk.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("the accepted configuration was not written to its end");
      }
      // The last spans go out on the loop.
      requestLog.close();
      agentLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      ports.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warnf("closing: %s", e.getMessage());
    }
  }

  private static void await(CompletionStage<?> stage, Duration limit, String what) {
    try {
      stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warnf("%s did not end within %d ms", what, limit.toMillis());
    } catch (ExecutionException e) {
      LOG.warnf(e.getCause(), "%s ended with an error", what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T join(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("cannot start the admin endpoint: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException("cannot start the admin endpoint in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
