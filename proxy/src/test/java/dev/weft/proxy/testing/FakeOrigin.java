package dev.weft.proxy.testing;

import dev.weft.proxy.transport.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server that does what a script says, over HTTP/1.1 or HTTP/2 (prior knowledge), with or without
 * TLS. Scripts run on its event loop, when a request is complete unless {@link #atHead} was called.
 */
public final class FakeOrigin implements AutoCloseable {
  // Epoll: its sockets are closed when close() returns, those of NIO with the next select.
  private final EventLoopGroup loops =
      Transport.best().loops(1, new DefaultThreadFactory("fake-origin", true));
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final boolean http2;
  private final @Nullable SslContext tls;
  private volatile Script script;
  private volatile boolean atHead;
  private volatile int accepted;
  private volatile @Nullable Channel socket;
  private int port;
  private final long maxStreams;
  private final Manner manner;

  /** What is out of the ordinary. */
  private enum Manner {
    PLAIN,
    /** A PROXY header comes first. */
    PROXIED,
    /** PINGs are not answered. */
    DEAF
  }

  private FakeOrigin(boolean http2, @Nullable SslContext tls, long maxStreams, Script script) {
    this(http2, tls, maxStreams, Manner.PLAIN, script);
  }

  private FakeOrigin(
      boolean http2, @Nullable SslContext tls, long maxStreams, Manner manner, Script script) {
    this.manner = manner;
    this.http2 = http2;
    this.tls = tls;
    this.maxStreams = maxStreams;
    this.script = script;
    start();
  }

  /** Speaks HTTP/1.1. */
  public static FakeOrigin http1(Script script) {
    return new FakeOrigin(false, null, 0, script);
  }

  /** Speaks HTTP/2 by prior knowledge. */
  public static FakeOrigin http2(Script script) {
    return new FakeOrigin(true, null, 1000, script);
  }

  /** Speaks HTTP/2 and allows so many streams at a time. */
  public static FakeOrigin http2(long maxStreams, Script script) {
    return new FakeOrigin(true, null, maxStreams, script);
  }

  /** Speaks over TLS. */
  public static FakeOrigin tls(boolean http2, SslContext tls, Script script) {
    return new FakeOrigin(http2, tls, 1000, script);
  }

  /** Speaks HTTP/1.1 behind a PROXY header, and closes connections without one. */
  public static FakeOrigin proxied(Script script) {
    return new FakeOrigin(false, null, 0, Manner.PROXIED, script);
  }

  /** Speaks HTTP/2 by prior knowledge and answers no PING. */
  public static FakeOrigin deaf(Script script) {
    return new FakeOrigin(true, null, 1000, Manner.DEAF, script);
  }

  /** Speaks HTTP/2 over TLS and answers no PING. */
  public static FakeOrigin deaf(SslContext tls, Script script) {
    return new FakeOrigin(true, tls, 1000, Manner.DEAF, script);
  }

  /** What to do with a request. */
  @FunctionalInterface
  public interface Script {
    void play(Exchange exchange);

    /** 200 with a text. */
    static Script ok(String body) {
      return exchange -> exchange.respond(200, body);
    }

    /** A status with a text. */
    static Script status(int status, String body) {
      return exchange -> exchange.respond(status, body);
    }

    /** Never answers. */
    static Script hang() {
      return exchange -> {};
    }

    /** Closes the connection by RST, or resets the stream. */
    static Script reset() {
      return Exchange::reset;
    }

    /** Closes the connection. */
    static Script close() {
      return Exchange::close;
    }

    /** After a time. */
    static Script after(long millis, Script then) {
      return exchange -> exchange.later(millis, () -> then.play(exchange));
    }

    /** When the test says so; answers of several connections come in no particular order. */
    static Script when(CompletionStage<?> said, Script then) {
      return exchange -> said.thenRun(() -> exchange.later(0, () -> then.play(exchange)));
    }

    /** Sends the request's body back. */
    static Script echo() {
      return exchange ->
          exchange.respond(
              200,
              new String(exchange.request().body(), java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    /** Promises 1000 bytes, sends 10 and closes. */
    static Script closeMidBody() {
      return exchange -> {
        exchange.head(200, List.of("content-length", "1000"), false);
        exchange.data("0123456789", false);
        exchange.later(50, exchange::close);
      };
    }
  }

  /**
   * A request as it arrived.
   *
   * @param headers names and values in turn; pseudo-headers left out
   */
  public record Request(
      String method,
      String path,
      String authority,
      List<String> headers,
      byte[] body,
      List<String> trailers) {
    /** The first value of a header; {@code null}: none. */
    public @Nullable String header(String name) {
      for (int i = 0; i < headers.size(); i += 2) {
        if (headers.get(i).equalsIgnoreCase(name)) {
          return headers.get(i + 1);
        }
      }
      return null;
    }
  }

  /** A request and the means to answer it. On the origin's loop. */
  public interface Exchange {
    Request request();

    /** A response's head; names and values in turn. */
    void head(int status, List<String> headers, boolean end);

    void data(String data, boolean end);

    void trailers(List<String> trailers);

    /** HTTP/1.1: answers 101 and sends back all that follows, up to its end. */
    void upgrade(List<String> headers);

    /** RST, or RST_STREAM. */
    void reset();

    /** HTTP/2: RST_STREAM with this code; HTTP/1.1: RST. */
    void reset(long code);

    /** Closes the connection. */
    void close();

    /** HTTP/2: sends GOAWAY, leaving streams up to the given one. */
    void goAway(int lastStreamId);

    /** HTTP/2: the stream's id; else 0. */
    int streamId();

    void later(long millis, Runnable task);

    /** What was told of the connection: the server name and the PROXY header, as headers. */
    default List<String> told() {
      return List.of();
    }

    /** A whole answer. */
    default void respond(int status, String body) {
      head(status, List.of("content-length", String.valueOf(body.length())), body.isEmpty());
      if (!body.isEmpty()) {
        data(body, true);
      }
    }
  }

  private void start() {
    Channel bound =
        new ServerBootstrap()
            .group(loops)
            .channel(Transport.best().serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted++;
                    connections.add(channel);
                    setUp(channel);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .syncUninterruptibly()
            .channel();
    port = ((InetSocketAddress) bound.localAddress()).getPort();
    socket = bound;
  }

  private void setUp(Channel channel) {
    if (tls != null) {
      channel.pipeline().addLast(tls.newHandler(channel.alloc()));
    }
    if (http2) {
      channel
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forServer()
                  .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(maxStreams))
                  .autoAckPingFrame(manner != Manner.DEAF)
                  .build(),
              new Http2MultiplexHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                      stream.pipeline().addLast(new OriginHttp2Stream(FakeOrigin.this));
                    }
                  }));
    } else {
      if (manner == Manner.PROXIED) {
        channel.pipeline().addLast(new ProxyHeaderReader());
      }
      channel.pipeline().addLast(new HttpServerCodec(), new OriginHttp1Connection(this));
    }
  }

  void play(Exchange exchange) {
    requests.add(exchange.request());
    script.play(exchange);
  }

  boolean playsAtHead() {
    return atHead;
  }

  /** Plays scripts as soon as a request's head is there. */
  public FakeOrigin atHead() {
    atHead = true;
    return this;
  }

  /** Plays another script from now on. */
  public void script(Script next) {
    script = next;
  }

  public int port() {
    return port;
  }

  /** Requests whose script was played, in order. */
  public List<Request> requests() {
    return requests;
  }

  /** Connections accepted so far. */
  public int accepted() {
    return accepted;
  }

  /** Connections open. */
  public int open() {
    return connections.size();
  }

  /** Closes the connections, idle ones too; goes on accepting. */
  public void closeConnections() {
    connections.close().syncUninterruptibly();
  }

  /** Stops: connections are refused from now on. */
  public void stop() {
    Channel listening = socket;
    if (listening != null) {
      listening.close().syncUninterruptibly();
    }
    closeConnections();
  }

  /** Listens again on the same port. */
  public void startAgain() {
    start();
  }

  @Override
  public void close() {
    stop();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
