package dev.weft.proxy.listener;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterChain;
import dev.weft.proxy.config.HostPort;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.ListenerConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One listener on one worker.
 *
 * <pre>
 *   WARMING ──ready──▶ BINDING ──bound──▶ ACTIVE ──removed──▶ DRAINING ──▶ gone
 *                         ▲  │
 *                         └──┘ a second after the address was not to be had
 * </pre>
 *
 * Warming: a certificate or trust context that a chain names is not there yet. A change of anything
 * but the address is taken over in place: connections go on, except those whose chain is no longer
 * there as it was, which drain, and those that its rules deny by now, which end. A request that
 * lasts is held against the rules that came since it began.
 */
@LoopConfined
final class WorkerListener {
  private static final Logger LOG = Logger.getLogger(WorkerListener.class);
  private static final int BACKLOG = 1024;

  /** How long a peer has to stop using a connection that it was told is ending. */
  private static final Duration NOTICE = Duration.ofSeconds(1);

  /** How long answers may take on a connection that rules deny by now. */
  private static final Duration DENIED = Duration.ofSeconds(5);

  private enum State {
    WARMING,
    BINDING,
    ACTIVE,
    DRAINING
  }

  private final ListenerContext context;
  private final Refusals refusals;
  private final HostPort address;
  private final ListenerSet.Observer observer;
  private final Set<AcceptedConnection> connections = new LinkedHashSet<>();
  private ListenerConfig config;
  private ChainTable chains;
  private State state = State.WARMING;
  private @Nullable Channel socket;

  /**
   * @param address to bind, with its port settled
   */
  WorkerListener(
      ListenerConfig config,
      HostPort address,
      ListenerContext context,
      Refusals refusals,
      ListenerSet.Observer observer) {
    this.config = config;
    this.chains = new ChainTable(config);
    this.address = address;
    this.context = context;
    this.refusals = refusals;
    this.observer = observer;
  }

  HostPort address() {
    return address;
  }

  /** Binds if everything that the chains need is there. */
  void warm() {
    if (state == State.WARMING && ready()) {
      bind();
    }
  }

  private boolean ready() {
    FilterChain fallback = config.defaultChain();
    return config.chains().stream().allMatch(this::ready) && (fallback == null || ready(fallback));
  }

  private boolean ready(FilterChain chain) {
    return chain.tls() == null || context.tls().ready(chain.tls());
  }

  private void bind() {
    state = State.BINDING;
    int limit = Math.max(1, config.perConnectionBufferLimitBytes());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(context.loop())
            .channel(context.transport().serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(context.transport().reusePort(), true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(limit / 2, limit))
            .childHandler(new Accept())
            .bind(socketAddress());
    bound.addListener(done -> onBound(bound));
  }

  private InetSocketAddress socketAddress() {
    byte[] ip = NetUtil.createByteArrayFromIpAddressString(address.host());
    try {
      return new InetSocketAddress(
          ip == null ? InetAddress.getLoopbackAddress() : InetAddress.getByAddress(ip),
          address.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + address + " is 4 or 16 bytes", e);
    }
  }

  private void onBound(ChannelFuture bound) {
    if (state != State.BINDING) {
      bound.channel().close();
    } else if (bound.isSuccess()) {
      state = State.ACTIVE;
      socket = bound.channel();
      observer.onActive(config.name(), address);
    } else {
      LOG.errorf(
          "listener=%s cannot bind %s: %s; trying again",
          config.name(), address, bound.cause().getMessage());
      context.loop().schedule(this::bindAgain, 1, TimeUnit.SECONDS);
    }
  }

  private void bindAgain() {
    if (state == State.BINDING) {
      bind();
    }
  }

  /** Takes new chains over; connections of chains that are gone or changed drain. */
  void update(ListenerConfig next) {
    if (next.equals(config)) {
      return;
    }
    config = next;
    chains = new ChainTable(next);
    Recheck recheck = Recheck.of(List.copyOf(connections), next);
    drain(recheck.leaving(), context.drainTime());
    tell(recheck.finishing(), context.drainTime());
    end(recheck.denied());
    recheckRequests(recheck.leaving(), recheck.finishing());
  }

  /** What lasts is held against the rules that count when it has had a little time to end. */
  private void recheckRequests(
      List<AcceptedConnection> leaving, List<AcceptedConnection> finishing) {
    List<AcceptedConnection> changed = new ArrayList<>(leaving);
    changed.addAll(finishing);
    if (!changed.isEmpty()) {
      context.loop().schedule(() -> recheckRequests(changed), deniedNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void recheckRequests(List<AcceptedConnection> changed) {
    Map<Long, HttpConnectionManager> now = new HashMap<>();
    for (AcceptedConnection connection : changed) {
      HttpConnectionManager manager = Recheck.manager(connection, config);
      if (manager != null && connection.channel().isActive()) {
        now.put(connection.id(), manager);
      }
    }
    if (!now.isEmpty()) {
      context.acceptor().recheck(now);
    }
  }

  private long deniedNanos() {
    return Math.min(context.drainTime().toNanos(), DENIED.toNanos());
  }

  /** Ends the connections of peers whose certificates were revoked since they came. */
  void checkPeers() {
    end(List.copyOf(connections).stream().filter(one -> one.revoked(context.tls())).toList());
  }

  /** Nothing new is taken from them; answers that are under way have a little time. */
  private void end(List<AcceptedConnection> denied) {
    if (denied.isEmpty()) {
      return;
    }
    for (AcceptedConnection connection : denied) {
      if (Recheck.endsAtOnce(connection)) {
        connection.channel().close();
      } else {
        // Told and ended in one step: what it sends from now on is not looked at.
        connection.drain();
        connection.drain();
      }
    }
    context
        .loop()
        .schedule(
            () -> denied.forEach(c -> c.channel().close()), deniedNanos(), TimeUnit.NANOSECONDS);
  }

  /** Accepts nothing more; what is open ends politely, and after the limit at once. */
  void remove(Duration limit) {
    boolean wasActive = state == State.ACTIVE;
    state = State.DRAINING;
    if (socket != null) {
      socket.close();
      socket = null;
    }
    if (wasActive) {
      observer.onInactive(config.name(), address);
    }
    drain(List.copyOf(connections), limit);
  }

  /**
   * In three steps: everybody is told; a little later connections without a request end; at the
   * limit the rest.
   */
  private void drain(List<AcceptedConnection> leaving, Duration limit) {
    if (leaving.isEmpty()) {
      return;
    }
    tell(leaving, limit);
    context
        .loop()
        .schedule(
            () -> leaving.forEach(c -> c.channel().close()), limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tell(List<AcceptedConnection> leaving, Duration limit) {
    if (leaving.isEmpty()) {
      return;
    }
    leaving.forEach(AcceptedConnection::drain);
    context
        .loop()
        .schedule(
            () -> leaving.forEach(AcceptedConnection::drain),
            Math.min(limit.toNanos() / 2, NOTICE.toNanos()),
            TimeUnit.NANOSECONDS);
  }

  /** Closes everything at once. */
  void close() {
    state = State.DRAINING;
    if (socket != null) {
      socket.close();
    }
    Iterator<AcceptedConnection> open = List.copyOf(connections).iterator();
    open.forEachRemaining(c -> c.channel().close());
  }

  int connections() {
    return connections.size();
  }

  private final class Accept extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      AcceptedConnection connection = new AcceptedConnection(channel);
      connections.add(connection);
      observer.onConnectionOpened();
      context.refusals().accepted(config.name(), channel);
      channel
          .closeFuture()
          .addListener(closed -> {
            connections.remove(connection);
            observer.onConnectionClosed();
          });
      new ConnectionSetup(connection, config, () -> chains, context, refusals).begin();
    }
  }
}
