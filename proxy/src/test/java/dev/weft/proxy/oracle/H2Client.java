package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.oracle.OracleCase.Call;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One request on one HTTP/2 connection, by prior knowledge. */
final class H2Client implements AutoCloseable {

  private final EventLoopGroup loops = new NioEventLoopGroup(1);

  Answer call(Call call, int port) {
    // What is malformed is to be seen.
    Http2FrameCodec codec = Http2FrameCodecBuilder.forClient().validateHeaders(false).build();
    Told told = new Told(codec);
    Channel connection =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            codec,
                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                            told);
                  }
                })
            .connect(InetAddress.getLoopbackAddress(), port)
            .syncUninterruptibly()
            .channel();
    try {
      CompletableFuture<Answer> answer = new CompletableFuture<>();
      Http2StreamChannel stream =
          new Http2StreamChannelBootstrap(connection)
              .handler(new Collector(answer))
              .open()
              .syncUninterruptibly()
              .getNow();
      boolean empty = call.body().isEmpty();
      boolean last = call.trailers().isEmpty();
      stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers(call), empty && last));
      if (!empty) {
        stream.writeAndFlush(
            new DefaultHttp2DataFrame(Unpooled.copiedBuffer(call.body(), ISO_8859_1), last));
      }
      if (!last) {
        Http2Headers trailers = new DefaultHttp2Headers();
        call.trailers().forEach(trailers::add);
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
      }
      Answer given =
          answer
              .completeOnTimeout(Answer.SILENT, Answer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
              .join();
      return call.settings() ? given.with(told.headers(connection)) : given;
    } catch (Exception ended) {
      // Netty throws what the future failed with: the connection ended before the stream began.
      return Answer.NONE;
    } finally {
      connection.close().syncUninterruptibly();
    }
  }

  private static Http2Headers headers(Call call) {
    Http2Headers headers = new DefaultHttp2Headers().method(call.method()).authority(call.host());
    if (!call.method().equals("CONNECT")) {
      headers.scheme("http").path(call.path());
    }
    call.headers().forEach(headers::add);
    return headers;
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** What the proxy says of the connection. */
  private static final class Told extends ChannelInboundHandlerAdapter {
    private final Http2FrameCodec codec;
    private volatile @Nullable Http2Settings settings;

    Told(Http2FrameCodec codec) {
      this.codec = codec;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      if (frame instanceof Http2SettingsFrame said) {
        settings = said.settings();
      }
      ReferenceCountUtil.release(frame);
    }

    /** By names that no proxy uses. */
    Map<String, String> headers(Channel connection) throws Exception {
      Http2Settings said = settings;
      if (said == null) {
        return Map.of();
      }
      int window =
          connection
              .eventLoop()
              .submit(() ->
                  codec
                      .connection()
                      .remote()
                      .flowController()
                      .windowSize(codec.connection().connectionStream()))
              .get();
      return Map.of(
          "h2-streams", String.valueOf(said.maxConcurrentStreams()),
          "h2-stream-window", String.valueOf(said.initialWindowSize()),
          "h2-connection-window", String.valueOf(window),
          // RFC 8441: SETTINGS_ENABLE_CONNECT_PROTOCOL
          "h2-connect", String.valueOf(said.getOrDefault((char) 8, 0L)));
    }
  }

  private static final class Collector extends SimpleChannelInboundHandler<Http2StreamFrame> {
    private final CompletableFuture<Answer> answer;
    private final StringBuilder body = new StringBuilder();
    private final List<String> interim = new ArrayList<>();
    private @Nullable Http2Headers head;

    Collector(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Http2StreamFrame frame) {
      switch (frame) {
        case Http2HeadersFrame headers when status(headers) < 200 ->
            interim.add(Answer.interim(status(headers), flat(headers.headers())));
        case Http2HeadersFrame headers when head == null -> {
          head = headers.headers();
          end(headers.isEndStream(), List.of());
        }
        case Http2HeadersFrame trailers -> end(true, flat(trailers.headers()));
        case Http2DataFrame data -> {
          body.append(data.content().toString(ISO_8859_1));
          end(data.isEndStream(), List.of());
        }
        case Http2ResetFrame reset -> answer.complete(Answer.NONE);
        default -> {}
      }
    }

    private void end(boolean ended, List<String> trailers) {
      if (ended && head == null) {
        // A body without a head, as behind a status that is none.
        answer.complete(Answer.NONE);
      } else if (ended) {
        int status = Integer.parseInt(head.status().toString());
        answer.complete(Answer.of(status, flat(head), body.toString(), trailers).after(interim));
      }
    }

    /** Trailers have none and come last. */
    private static int status(Http2HeadersFrame frame) {
      CharSequence status = frame.headers().status();
      return status == null ? 999 : Integer.parseInt(status.toString());
    }

    private static List<String> flat(Http2Headers headers) {
      List<String> flat = new ArrayList<>();
      headers.forEach(header -> {
        flat.add(header.getKey().toString());
        flat.add(header.getValue().toString());
      });
      return flat;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.complete(Answer.NONE);
    }
  }
}
