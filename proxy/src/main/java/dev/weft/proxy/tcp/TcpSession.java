package dev.weft.proxy.tcp;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.TcpProxy;
import dev.weft.proxy.http.codec.IdleTimer;
import dev.weft.proxy.transport.Drainable;
import dev.weft.proxy.upstream.pool.Dialer;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a host on behalf of a downstream connection: bytes both ways, each side read no
 * faster than the other takes them, and each direction ended by itself.
 *
 * <pre>
 *   DIALING ──connected──▶ OPEN ──one connection gone──▶ ENDING ──the other too──▶ CLOSED
 *      └──no connection──▶ CLOSED
 * </pre>
 */
@LoopConfined
public final class TcpSession implements Drainable {
  private enum State {
    DIALING,
    OPEN,
    /** One connection is gone, the other still takes what was sent. */
    ENDING,
    CLOSED
  }

  private final Channel downstream;
  private final Function<HostTarget, Dialer> dialers;
  private final Supplier<TcpHosts.Choice> hosts;
  private final Observer observer;
  private TcpHosts.Outcome outcome;
  private int attemptsLeft;
  private final IdleTimer idle;
  private final TcpProxy config;
  private final TcpSide fromPeer;
  private final TcpSide fromHost;
  private State state = State.DIALING;
  private @Nullable Future<?> ticks;
  private @Nullable Future<?> last;

  private TcpSession(
      Channel downstream,
      TcpProxy config,
      Function<HostTarget, Dialer> dialers,
      Supplier<TcpHosts.Choice> hosts,
      Observer observer,
      TcpHosts.Outcome outcome) {
    this.downstream = downstream;
    this.observer = observer;
    this.dialers = dialers;
    this.hosts = hosts;
    this.outcome = outcome;
    this.attemptsLeft = config.maxConnectAttempts();
    this.idle = new IdleTimer(downstream.eventLoop(), config.idleTimeout(), this::closeBoth);
    this.config = config;
    this.fromPeer = new TcpSide(this);
    this.fromHost = new TcpSide(this);
  }

  /** Told how a session goes; called on the loop. */
  public interface Observer {
    /** There is a connection to a host; nothing has been passed on. */
    void onConnected();

    /**
     * The interval of {@code access_log_options} has passed again.
     *
     * @param received bytes from the peer so far
     * @param sent bytes to the peer so far
     */
    void onInterval(long received, long sent);

    /** The connection has lasted as long as it may, and ends. */
    void onOutlived();

    /**
     * There is no connection to a host, and there will be none.
     *
     * @param exhausted whether no attempt is left
     */
    void onUnconnected(ConnectFailure last, boolean exhausted);

    /**
     * Nothing more will be read or written; the last call, and the only one that always comes.
     *
     * @param received bytes from the peer
     * @param sent bytes to the peer
     */
    void onEnded(long received, long sent);
  }

  /**
   * Dials the host and serves the connection; what was read of it already comes down the pipeline
   * next and is replayed to the host.
   *
   * @param hosts another host, for another attempt
   * @param first the host of the first
   */
  public static TcpSession start(
      Channel downstream,
      TcpProxy config,
      Function<HostTarget, Dialer> dialers,
      Supplier<TcpHosts.Choice> hosts,
      Observer observer,
      TcpHosts.Choice.Host first) {
    TcpSession session =
        new TcpSession(downstream, config, dialers, hosts, observer, first.outcome());
    session.fromPeer.attach(downstream);
    session.fromPeer.hold();
    session.watch();
    session.dial(first.target());
    return session;
  }

  private void watch() {
    EventLoop loop = downstream.eventLoop();
    long interval = config.logTimes().interval().toNanos();
    if (interval > 0) {
      Runnable tell = () -> observer.onInterval(fromPeer.bytes(), fromHost.bytes());
      ticks = loop.scheduleWithFixedDelay(tell, interval, interval, TimeUnit.NANOSECONDS);
    }
    if (!config.longest().isZero()) {
      last = loop.schedule(this::outlived, config.longest().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void outlived() {
    if (state == State.DIALING || state == State.OPEN) {
      observer.onOutlived();
    }
    closeBoth();
  }

  private void dial(HostTarget target) {
    attemptsLeft--;
    dialers.apply(target).dial(new Connecting());
  }

  private final class Connecting implements Dialer.Waiter {
    @Override
    public void onOpen(Channel channel) {
      outcome.onConnected();
      if (state == State.CLOSED) {
        channel.close();
        outcome.onClosed(0, 0);
        return;
      }
      state = State.OPEN;
      observer.onConnected();
      idle.start();
      fromHost.attach(channel);
      fromHost.join(downstream, fromPeer);
      fromPeer.join(channel, fromHost);
    }

    @Override
    public void onFailure(ConnectFailure failure) {
      outcome.onConnectFailure(failure);
      if (state == State.DIALING
          && attemptsLeft > 0
          && hosts.get() instanceof TcpHosts.Choice.Host next) {
        outcome = next.outcome();
        dial(next.target());
        return;
      }
      if (state == State.DIALING) {
        observer.onUnconnected(failure, attemptsLeft == 0);
        end();
      }
      downstream.close();
    }
  }

  void onBytes() {
    idle.touch();
  }

  /** A side is gone: what it sent before still goes to the other, which then ends too. */
  void onGone(TcpSide side) {
    switch (state) {
      case DIALING -> end();
      case OPEN -> {
        state = State.ENDING;
        side.endPeer();
      }
      case ENDING -> {
        idle.stop();
        outcome.onClosed(fromPeer.bytes(), fromHost.bytes());
        end();
      }
      case CLOSED -> {}
    }
  }

  private void end() {
    state = State.CLOSED;
    if (ticks != null) {
      ticks.cancel(false);
    }
    if (last != null) {
      last.cancel(false);
    }
    observer.onEnded(fromPeer.bytes(), fromHost.bytes());
  }

  private void closeBoth() {
    fromPeer.close();
    fromHost.close();
  }

  /** Bytes that nobody understands cannot be told to end: the connection goes on to its limit. */
  @Override
  public void drain() {}
}
