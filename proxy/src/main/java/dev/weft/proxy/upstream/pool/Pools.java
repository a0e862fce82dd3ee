package dev.weft.proxy.upstream.pool;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.http.codec.H1Writer;
import dev.weft.proxy.http.codec.Scratch;
import dev.weft.proxy.tls.TlsHandlers;
import dev.weft.proxy.transport.ConnectionEvents;
import dev.weft.proxy.transport.Transport;
import dev.weft.proxy.upstream.pool.HostPool.HostTarget;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;

/** Makes the pools of one worker. */
@LoopConfined
public final class Pools implements HostPool.Factory {
  /**
   * Free HTTP/1.1 connections are closed after this. Below the 5 s after which common servers close
   * theirs: who closes first decides whether a request meets a closed connection.
   */
  public static final Duration H1_IDLE = Duration.ofSeconds(4);

  private final EventLoop loop;
  private final Transport transport;
  private final TlsHandlers tls;
  private final Duration h1Idle;
  private final Scratch scratch;
  private final H1Writer writer;
  private final ConnectionEvents events;

  /**
   * @param h1Idle how long a free HTTP/1.1 connection is kept
   * @param scratch the worker's
   * @param events told of every connection that is there
   */
  public Pools(
      EventLoop loop,
      Transport transport,
      TlsHandlers tls,
      Duration h1Idle,
      Scratch scratch,
      ConnectionEvents events) {
    this.events = events;
    this.loop = loop;
    this.transport = transport;
    this.tls = tls;
    this.h1Idle = h1Idle;
    this.scratch = scratch;
    this.writer = new H1Writer(scratch);
  }

  @Override
  public HostPool create(HostTarget target) {
    return create(target, ConnectionLimit.NONE);
  }

  @Override
  public HostPool create(HostTarget target, ConnectionLimit limit) {
    return switch (target.protocol()) {
      case HTTP1 -> http1(target, dialer(target, List.of("http/1.1")), limit);
      case HTTP2 -> http2(target, dialer(target, List.of("h2")), limit);
      case ALPN -> {
        Dialer dialer = dialer(target, List.of("h2", "http/1.1"));
        yield new AlpnPool(http1(target, dialer, limit), http2(target, dialer, limit));
      }
      case CALLERS ->
          new CallersPool(
              () -> create(target.speaking(HttpProtocol.HTTP1), limit),
              () -> create(target.speaking(HttpProtocol.HTTP2), limit));
    };
  }

  private Dialer dialer(HostTarget target, List<String> alpn) {
    return new Dialer(loop, transport, target, tls, events, null, alpn);
  }

  private H1Pool http1(HostTarget target, Dialer dialer, ConnectionLimit limit) {
    return new H1Pool(loop, transport, target, dialer, limit, h1Idle, scratch, writer);
  }

  private H2Pool http2(HostTarget target, Dialer dialer, ConnectionLimit limit) {
    return new H2Pool(loop, transport, target, dialer, limit);
  }
}
