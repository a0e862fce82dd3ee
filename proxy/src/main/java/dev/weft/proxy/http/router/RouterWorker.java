package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.DownstreamStream;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.http.filter.authz.AuthorizationChecks;
import dev.weft.proxy.http.filter.jwt.JwtWorker;
import dev.weft.proxy.http.route.RouteIndex;
import dev.weft.proxy.tcp.TcpHosts;
import dev.weft.proxy.telemetry.ConnectionLog;
import dev.weft.proxy.telemetry.ProxyMetrics;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.telemetry.UpstreamMetrics;
import dev.weft.proxy.upstream.BalancedTcpHosts;
import dev.weft.proxy.upstream.Upstream;
import dev.weft.proxy.upstream.UpstreamSet;
import dev.weft.proxy.upstream.health.HealthChecks;
import dev.weft.proxy.upstream.shared.Gauge;
import dev.weft.proxy.worker.WorkerContext;
import dev.weft.proxy.worker.WorkerState;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Routing in one worker: its tables, its upstreams, and the exchanges that use them. */
@LoopConfined
public final class RouterWorker implements WorkerState, DownstreamStream.Acceptor {
  /** How often the detectors are looked at; each is swept in its own interval. */
  private static final long SWEEP_MILLIS = 100;

  private final RouterServices services;
  private final WorkerContext context;
  private final Timers timers;
  private final RandomGenerator random;
  private final UpstreamSet upstreams;
  private final RouteTables routes = new RouteTables();
  private final OpenRequests open = new OpenRequests();
  private final TcpHosts tcpHosts;
  private final List<HttpFilter.Factory> filters;
  private final JwtWorker tokens;
  private final AuthorizationChecks checks;
  private final @Nullable Future<?> sweep;
  private final @Nullable HealthChecks healthChecks;

  /**
   * @param filters of every chain; the router follows them
   */
  public RouterWorker(
      RouterServices services, WorkerContext context, List<HttpFilter.Factory> filters) {
    this.services = services;
    this.context = context;
    this.timers = new Timers(context.loop());
    this.random = services.random().get();
    this.filters = List.copyOf(filters);
    this.upstreams =
        new UpstreamSet(services.shared(), services.metrics(), context.pools(), random);
    UpstreamCalls calls = new UpstreamRequests(upstreams, context.loop());
    this.tokens =
        new JwtWorker(
            calls,
            context.loop(),
            services.nanoTime(),
            services.clock(),
            random,
            services.metrics());
    this.checks = new AuthorizationChecks(calls, random, services.clock(), ConnectionScene::write);
    this.tcpHosts = new BalancedTcpHosts(upstreams, services.nanoTime());
    // What is found by one worker counts for all.
    this.healthChecks = context.index() == 0 ? new HealthChecks(context.loop()) : null;
    this.sweep =
        context.index() == 0
            ? context
                .loop()
                .scheduleAtFixedRate(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS)
            : null;
  }

  /** The routers of a process, without filters. */
  public static WorkerState.Factory factory(RouterServices services) {
    return context -> new RouterWorker(services, context, List.of());
  }

  private void sweep() {
    upstreams.sweepOutliers(services.nanoTime().getAsLong());
  }

  @Override
  public DownstreamStream.Acceptor acceptor() {
    return this;
  }

  @Override
  public DownstreamStream.Events onRequest(RequestHead head, boolean end, DownstreamStream stream) {
    Exchange exchange = new Exchange(this, stream, head, end);
    exchange.start();
    return exchange;
  }

  @Override
  public void onRefused(
      DownstreamConnection connection, CodecRefusal reason, int status, String detail) {
    services.metrics().refused(connection.listener(), reason);
    RequestRecord record =
        RequestRecords.refused(
            connection, reason, status, detail, millis(), nanoTime().getAsLong());
    ended(record, null);
    log(LogType.REQUEST_END, record, connection, null, null, null);
  }

  @Override
  public void recheck(Map<Long, HttpConnectionManager> now) {
    open.recheck(now);
  }

  /** The requests that are under way. */
  OpenRequests open() {
    return open;
  }

  @Override
  public TcpHosts tcpHosts() {
    return tcpHosts;
  }

  @Override
  public void onSnapshot(Snapshot snapshot) {
    upstreams.onSnapshot(snapshot);
    if (healthChecks != null) {
      healthChecks.update(upstreams);
    }
    routes.onSnapshot(snapshot);
    tokens.onSnapshot(snapshot);
  }

  @Override
  public void close() {
    if (sweep != null) {
      sweep.cancel(false);
    }
    if (healthChecks != null) {
      healthChecks.close();
    }
    tokens.close();
    upstreams.close();
  }

  /** This worker's upstreams. */
  public UpstreamSet upstreams() {
    return upstreams;
  }

  /** Headers that only internal clients may use. */
  List<String> internalOnlyHeaders(HttpConnectionManager config) {
    RouteIndex index = routes.get(config.routes());
    return index == null ? List.of() : index.table().internalOnlyHeaders();
  }

  /** The route of a request; {@code null}: none. */
  @Nullable Route route(HttpConnectionManager config, RequestHead head) {
    RouteIndex index = routes.get(config.routes());
    return index == null ? null : index.find(head, random);
  }

  /** Faults on purpose that are under way in the process. */
  Gauge activeFaults() {
    return services.shared().faults();
  }

  /** What asks requests for tokens. */
  JwtWorker tokens() {
    return tokens;
  }

  @Override
  public AuthorizationChecks checks() {
    return checks;
  }

  List<HttpFilter.Factory> filters() {
    return filters;
  }

  EventLoop loop() {
    return context.loop();
  }

  /** The timers of this worker's requests. */
  Timers timers() {
    return timers;
  }

  ProxyMetrics metrics() {
    return services.metrics();
  }

  LongSupplier nanoTime() {
    return services.nanoTime();
  }

  long millis() {
    return services.clock().millis();
  }

  RandomGenerator random() {
    return random;
  }

  int replayBytes() {
    return services.replayBytes();
  }

  /** The caller went away, or went on in a way that its codec refused. */
  void callerGone(RequestRecord record, ResetReason reason) {
    if (reason != ResetReason.PROTOCOL_ERROR) {
      record.failure(Failure.DOWNSTREAM_DISCONNECTED);
      return;
    }
    boolean http2 = record.protocol().equals("HTTP/2");
    CodecRefusal refusal = CodecRefusal.midway(http2);
    services.metrics().refused(record.listener(), refusal);
    record.failure(refusal.failure());
    record.details(refusal.label());
    if (!http2 && record.status() == 0) {
      // The codec answers where nothing was answered yet.
      record.status(refusal.failure().status());
    }
  }

  /** A request has ended: counts it and hands its record on. */
  void ended(RequestRecord record, @Nullable Upstream upstream) {
    record.end(nanoTime().getAsLong());
    UpstreamMetrics metrics = upstream == null ? services.metrics().none() : upstream.metrics();
    metrics.request(record);
    services.decisions().accept(record);
  }

  /** Writes the lines of access logs that the configuration asks for. */
  void log(
      LogType type,
      RequestRecord record,
      DownstreamConnection connection,
      @Nullable RequestHead head,
      @Nullable ResponseHead response,
      @Nullable HeaderList trailers) {
    if (!connection.config().observability().accessLogs().isEmpty()) {
      new LoggedRequest(type, record, connection, head, response, trailers)
          .log(services.decisions());
    }
  }

  @Override
  public ConnectionLog connectionLog() {
    return new ConnectionLines(services);
  }

  /** A new request id: a random UUID (RFC 9562 section 5.4). */
  String newRequestId() {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
