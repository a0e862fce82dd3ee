package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.ProxyVersion;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.intercept.ProxyHeader;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.transport.ConnectionEvents;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens connections to one host: TCP and, where it is asked for, TLS within one time limit. */
@LoopConfined
public final class Dialer {
  private final EventLoop loop;
  private final Transport transport;
  private final List<String> alpn;
  private final HostTarget target;
  private final TlsHandlers tls;
  private final @Nullable ProxyHeader from;
  private final ConnectionEvents events;
  private final Bootstrap bootstrap;
  private final @Nullable InetSocketAddress address;

  /**
   * @param events told of every connection that is there
   */
  public Dialer(
      EventLoop loop,
      Transport transport,
      HostTarget target,
      TlsHandlers tls,
      ConnectionEvents events) {
    this(loop, transport, target, tls, events, null);
  }

  /**
   * @param events told of every connection that is there
   * @param from what a PROXY header says, where the target gets one; {@code null}: this
   *     connection's own addresses
   */
  public Dialer(
      EventLoop loop,
      Transport transport,
      HostTarget target,
      TlsHandlers tls,
      ConnectionEvents events,
      @Nullable ProxyHeader from) {
    this(loop, transport, target, tls, events, from, List.of());
  }

  /**
   * @param alpn protocols to offer where the TLS settings name none (Envoy does the same)
   */
  Dialer(
      EventLoop loop,
      Transport transport,
      HostTarget target,
      TlsHandlers tls,
      ConnectionEvents events,
      @Nullable ProxyHeader from,
      List<String> alpn) {
    this.transport = transport;
    this.alpn = alpn;
    this.events = events;
    this.from = from;
    this.loop = loop;
    this.target = target;
    this.tls = tls;
    this.address = resolve(target);
    int limit = Math.max(1, target.bufferLimitBytes());
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.channel())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            // The limit below covers the handshake too, so it is kept here and not by the channel.
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(limit / 2, limit))
            .handler(new Blank());
  }

  /** Told how a dial went, once. */
  public interface Waiter {
    /**
     * The channel is open, its handshake done; nothing is read from it until a handler is added.
     */
    void onOpen(Channel channel);

    void onFailure(ConnectFailure failure);
  }

  /** The handlers are added when the connection is there. */
  private static final class Blank extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {}
  }

  private static @Nullable InetSocketAddress resolve(HostTarget target) {
    byte[] ip = NetUtil.createByteArrayFromIpAddressString(target.address().host());
    if (ip == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(ip), target.address().port());
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** The same for connections that carry something else than HTTP. */
  Dialer raw() {
    return alpn.isEmpty() ? this : new Dialer(loop, transport, target, tls, events, from);
  }

  /** What TLS has agreed on; empty: nothing, or no TLS. */
  static String agreed(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    String protocol = handler == null ? null : handler.applicationProtocol();
    return protocol == null ? "" : protocol;
  }

  /** Dials; the waiter is told later, never within this call. */
  public void dial(Waiter waiter) {
    new Dial(waiter).start();
  }

  private final class Dial {
    private final Waiter waiter;
    private @Nullable Channel channel;
    private java.util.concurrent.@Nullable Future<?> timer;
    private boolean done;

    Dial(Waiter waiter) {
      this.waiter = waiter;
    }

    void start() {
      if (address == null) {
        loop.execute(
            () -> fail(ConnectFailure.Kind.OTHER, "not an IP address: " + target.address()));
        return;
      }
      timer =
          loop.schedule(this::timedOut, target.connectTimeout().toNanos(), TimeUnit.NANOSECONDS);
      ChannelFuture future = bootstrap.connect(address);
      channel = future.channel();
      future.addListener(connected -> onConnected(connected));
    }

    private void onConnected(Future<?> connected) {
      if (done) {
        return;
      }
      if (!connected.isSuccess()) {
        fail(ConnectFailures.of(connected.cause()));
        return;
      }
      ProxyVersion version = target.proxyProtocol();
      if (version != null) {
        // Before TLS: it is about the connection, not in it.
        open().writeAndFlush(header(open()).write(version, open().alloc()));
      }
      if (target.tls() == null) {
        succeed();
      } else {
        handshake(target.tls());
      }
    }

    private ProxyHeader header(Channel open) {
      return from != null
          ? from
          : new ProxyHeader(
              (InetSocketAddress) open.localAddress(), (InetSocketAddress) open.remoteAddress());
    }

    private void handshake(UpstreamTls with) {
      Channel open = open();
      String sni = target.sni().isEmpty() ? with.sni() : target.sni();
      UpstreamTls offered =
          new UpstreamTls(with.params().orAlpn(alpn), with.sni(), with.origination());
      SslHandler handler = tls.client(offered, sni, open.alloc());
      if (handler == null) {
        fail(ConnectFailure.Kind.TLS, "not_ready");
        return;
      }
      handler.setHandshakeTimeoutMillis(0);
      open.pipeline().addLast(handler);
      handler.handshakeFuture().addListener(shaken -> onHandshake(shaken));
    }

    private void onHandshake(Future<?> shaken) {
      if (done) {
        return;
      }
      if (shaken.isSuccess()) {
        succeed();
      } else {
        fail(ConnectFailures.ofHandshake(shaken.cause()));
      }
    }

    private void timedOut() {
      if (!done) {
        fail(ConnectFailure.Kind.TIMEOUT, "no connection within " + target.connectTimeout());
      }
    }

    private void succeed() {
      if (!open().isActive()) {
        fail(ConnectFailure.Kind.OTHER, "closed by the host at once");
        return;
      }
      done = true;
      cancelTimer();
      events.dialled(target.upstream(), open());
      waiter.onOpen(open());
    }

    private void fail(ConnectFailure.Kind kind, String detail) {
      fail(new ConnectFailure(kind, detail));
    }

    private void fail(ConnectFailure failure) {
      done = true;
      cancelTimer();
      if (channel != null) {
        channel.close();
      }
      waiter.onFailure(failure);
    }

    private void cancelTimer() {
      if (timer != null) {
        timer.cancel(false);
      }
    }

    private Channel open() {
      if (channel == null) {
        throw new IllegalStateException("not connected");
      }
      return channel;
    }
  }
}
