package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 connections to one host. One serves all attempts as long as the host's limit of streams
 * lets it; then, or after a GOAWAY, another is dialled. A connection takes attempts once the host's
 * SETTINGS have come, so that no request goes to a host that only the kernel answers for.
 */
@LoopConfined
final class H2Pool implements HostPool, H2ClientConnection.Owner, Dialer.Waiter {
  private final EventLoop loop;
  private final Transport transport;
  private final HostTarget target;
  private final Dialer dialer;
  private final ConnectionLimit limit;
  private final List<H2ClientConnection> usable = new ArrayList<>();
  private final ArrayDeque<PendingAttempt> waiting = new ArrayDeque<>();
  private @Nullable H2ClientConnection greeting;
  private boolean dialing;
  private boolean draining;
  private int open;

  /** Who takes connections on which HTTP/2 was not agreed; {@code null}: nobody. */
  private @Nullable Successor http1;

  H2Pool(
      EventLoop loop,
      Transport transport,
      HostTarget target,
      Dialer dialer,
      ConnectionLimit limit) {
    this.loop = loop;
    this.transport = transport;
    this.target = target;
    this.dialer = dialer;
    this.limit = limit;
  }

  /** From now on connections on which HTTP/2 was not agreed go there. */
  void handOver(Successor successor) {
    http1 = successor;
  }

  @Override
  public Pending open(RequestHead head, boolean end, UpstreamStream.Events events) {
    if (head.upgrade().equals(RequestHead.RAW)) {
      return RawTunnel.dial(dialer.raw(), target.bufferLimitBytes(), events);
    }
    H2ClientConnection connection = withRoom(Repeatable.byMethod(head.method()));
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
  private @Nullable H2ClientConnection withRoom(boolean mayFail) {
    H2ClientConnection connection = firstWithRoom();
    while (connection != null && !mayFail && transport.peerHasClosed(connection.channel())) {
      // Streams that are open may still be answered by what was received; no new ones.
      connection.retire();
      connection = firstWithRoom();
    }
    return connection;
  }

  private @Nullable H2ClientConnection firstWithRoom() {
    for (H2ClientConnection connection : usable) {
      if (connection.hasRoom()) {
        return connection;
      }
    }
    return null;
  }

  private void dialIfNeeded() {
    if (!waiting.isEmpty() && !dialing && greeting == null && limit.take(usable.isEmpty())) {
      dialing = true;
      dialer.dial(this);
    }
  }

  /** Takes a connection and what waits for it from a pool that expected HTTP/1.1. */
  void adopt(Channel channel, List<PendingAttempt> attempts) {
    boolean wanted = !dialing && greeting == null && firstWithRoom() == null;
    dialing |= wanted;
    attempts.forEach(attempt -> attempt.moveTo(this));
    if (wanted) {
      onOpen(channel);
    } else {
      channel.close();
      limit.give();
    }
  }

  @Override
  public void onOpen(Channel channel) {
    dialing = false;
    String protocol = Dialer.agreed(channel);
    if (http1 != null && !protocol.equals("h2")) {
      List<PendingAttempt> attempts = List.copyOf(waiting);
      waiting.clear();
      http1.take(channel, attempts);
      return;
    }
    if (!protocol.isEmpty() && !protocol.equals("h2")) {
      channel.close();
      onFailure(new ConnectFailure(ConnectFailure.Kind.TLS, "no_h2"));
      return;
    }
    open++;
    H2ClientConnection connection = H2ClientConnection.on(channel, target, this);
    greeting = connection;
    loop.schedule(
        () -> greetingTimedOut(connection),
        target.connectTimeout().toNanos(),
        TimeUnit.NANOSECONDS);
  }

  private void greetingTimedOut(H2ClientConnection connection) {
    if (greeting == connection) {
      greeting = null;
      connection.close();
      failAll(new ConnectFailure(ConnectFailure.Kind.TIMEOUT, "no SETTINGS in time"));
    }
  }

  @Override
  public void onFailure(ConnectFailure failure) {
    dialing = false;
    limit.give();
    failAll(failure);
  }

  /** All that wait wait for this one connection. */
  private void failAll(ConnectFailure failure) {
    List<PendingAttempt> failed = List.copyOf(waiting);
    waiting.clear();
    failed.forEach(attempt -> attempt.fail(failure));
  }

  @Override
  public void onReady(H2ClientConnection connection) {
    greeting = null;
    usable.add(connection);
    onRoom(connection);
    if (draining) {
      connection.retire();
    }
  }

  @Override
  public void onRoom(H2ClientConnection connection) {
    while (!waiting.isEmpty() && connection.hasRoom()) {
      waiting.remove().startOn(connection);
    }
    dialIfNeeded();
  }

  @Override
  public void onRetired(H2ClientConnection connection) {
    usable.remove(connection);
    dialIfNeeded();
  }

  @Override
  public void onGone(H2ClientConnection connection) {
    open--;
    limit.give();
    usable.remove(connection);
    if (greeting == connection) {
      greeting = null;
      // With TLS 1.3 this is how a client learns that its certificate was refused.
      failAll(
          new ConnectFailure(
              target.tls() == null ? ConnectFailure.Kind.OTHER : ConnectFailure.Kind.TLS,
              "closed_before_settings"));
    }
    dialIfNeeded();
  }

  @Override
  public void drain() {
    draining = true;
    List.copyOf(usable).forEach(H2ClientConnection::retire);
  }

  @Override
  public int connections() {
    return open + (dialing ? 1 : 0);
  }
}
