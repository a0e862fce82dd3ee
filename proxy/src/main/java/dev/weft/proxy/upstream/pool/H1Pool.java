package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.transport.Transport;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 connections to one host. The connection that became free last is used first, so that
 * unneeded ones grow old and are closed. An attempt without a connection waits for the first that
 * is opened or becomes free.
 */
@LoopConfined
final class H1Pool implements HostPool, H1ClientConnection.Owner, Dialer.Waiter {
  private final EventLoop loop;
  private final Transport transport;
  private final HostTarget target;
  private final Dialer dialer;
  private final ConnectionLimit limit;
  private final Duration idleTimeout;
  private final Scratch scratch;
  private final H1Writer writer;

  /** Free connections, the one that became so last at the end. */
  private final ArrayDeque<H1ClientConnection> free = new ArrayDeque<>();

  private final ArrayDeque<PendingAttempt> waiting = new ArrayDeque<>();
  private int open;
  private int dialing;
  private boolean draining;
  private @Nullable Future<?> sweep;

  /** Who takes connections on which HTTP/2 was agreed; {@code null}: they are spoken to anyhow. */
  private @Nullable Successor http2;

  H1Pool(
      EventLoop loop,
      Transport transport,
      HostTarget target,
      Dialer dialer,
      ConnectionLimit limit,
      Duration idleTimeout,
      Scratch scratch,
      H1Writer writer) {
    this.loop = loop;
    this.transport = transport;
    this.target = target;
    this.dialer = dialer;
    this.limit = limit;
    this.idleTimeout = idleTimeout;
    this.scratch = scratch;
    this.writer = writer;
  }

  /** From now on connections on which HTTP/2 was agreed go there. */
  void handOver(Successor successor) {
    http2 = successor;
  }

  @Override
  public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
    if (head.upgrade().equals(RequestHead.RAW)) {
      return RawTunnel.dial(dialer.raw(), target.bufferLimitBytes(), events);
    }
    H1ClientConnection connection = takeFree(Repeatable.byMethod(head.method()));
    if (connection != null) {
      connection.begin(head, end, events);
      return PendingAttempt.STARTED;
    }
    PendingAttempt attempt = new PendingAttempt(head, end, events, waiting::remove);
    waiting.add(attempt);
    dialIfNeeded();
    return attempt;
  }

  /**
   * @param mayFail whether a request that turns out to be lost can be repeated; if not, the kernel
   *     is asked whether the host has closed the connection meanwhile
   */
  private @Nullable H1ClientConnection takeFree(boolean mayFail) {
    while (!free.isEmpty()) {
      H1ClientConnection connection = free.removeLast();
      if (connection.usable() && (mayFail || !transport.peerHasClosed(connection.channel()))) {
        return connection;
      }
      connection.close();
    }
    return null;
  }

  private void dialIfNeeded() {
    if (dialing < waiting.size() && limit.take(connections() == 0)) {
      dialing++;
      dialer.dial(this);
    }
  }

  /** Takes a connection and what waits for it from a pool that expected HTTP/2. */
  void adopt(Channel channel, List<PendingAttempt> attempts) {
    dialing++;
    attempts.forEach(attempt -> attempt.moveTo(this));
    onOpen(channel);
  }

  @Override
  public void onOpen(Channel channel) {
    dialing--;
    if (http2 != null && Dialer.agreed(channel).equals("h2")) {
      List<PendingAttempt> attempts = List.copyOf(waiting);
      waiting.clear();
      http2.take(channel, attempts);
      return;
    }
    open++;
    H1ClientConnection connection =
        new H1ClientConnection(
            channel,
            transport,
            this,
            target.bufferLimitBytes(),
            target.http1().trailers(),
            scratch,
            writer);
    channel.pipeline().addLast(connection);
    onFree(connection);
  }

  @Override
  public void onFailure(UpstreamStream.ConnectFailure failure) {
    dialing--;
    limit.give();
    PendingAttempt attempt = waiting.poll();
    if (attempt != null) {
      attempt.fail(failure);
    }
    if (open > 0) {
      dialIfNeeded();
      return;
    }
    // What waits without a connection or a dial of its own waited for this one, too.
    while (waiting.size() > dialing) {
      waiting.remove().fail(failure);
    }
  }

  @Override
  public void onFree(H1ClientConnection connection) {
    PendingAttempt attempt = waiting.poll();
    if (attempt != null) {
      attempt.startOn(connection);
    } else if (draining) {
      connection.close();
    } else {
      connection.freeSince(System.nanoTime());
      free.addLast(connection);
      scheduleSweep();
    }
  }

  @Override
  public void onGone(H1ClientConnection connection) {
    open--;
    limit.give();
    free.remove(connection);
    dialIfNeeded();
  }

  @Override
  public void askWhetherDead(Consumer<Boolean> answer) {
    dialer.dial(
        new Dialer.Waiter() {
          @Override
          public void onOpen(Channel channel) {
            channel.close();
            answer.accept(false);
          }

          @Override
          public void onFailure(UpstreamStream.ConnectFailure failure) {
            answer.accept(failure.kind() == UpstreamStream.ConnectFailure.Kind.REFUSED);
          }
        });
  }

  private void scheduleSweep() {
    if (sweep == null) {
      sweep = loop.schedule(this::sweep, idleTimeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void sweep() {
    sweep = null;
    long now = System.nanoTime();
    while (!free.isEmpty()) {
      if (now - free.getFirst().freeSince() < idleTimeout.toNanos()) {
        scheduleSweep();
        return;
      }
      free.removeFirst().close();
    }
  }

  @Override
  public void drain() {
    draining = true;
    while (!free.isEmpty()) {
      free.removeLast().close();
    }
  }

  @Override
  public int connections() {
    return open + dialing;
  }
}
