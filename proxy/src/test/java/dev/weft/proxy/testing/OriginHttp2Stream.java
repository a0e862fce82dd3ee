package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.testing.FakeOrigin.Request;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A fake origin's HTTP/2 stream. */
final class OriginHttp2Stream extends ChannelInboundHandlerAdapter {
  private final FakeOrigin origin;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private Http2Headers head;

  OriginHttp2Stream(FakeOrigin origin) {
    this.origin = origin;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      switch (message) {
        case Http2HeadersFrame headers when head == null -> {
          head = headers.headers();
          if (headers.isEndStream() || origin.playsAtHead()) {
            origin.play(new Http2Exchange(ctx, request(List.of())));
          }
        }
        case Http2HeadersFrame trailers -> {
          if (!origin.playsAtHead()) {
            origin.play(new Http2Exchange(ctx, request(flat(trailers.headers()))));
          }
        }
        case Http2DataFrame data -> {
          byte[] bytes = new byte[data.content().readableBytes()];
          data.content().readBytes(bytes);
          body.writeBytes(bytes);
          if (data.isEndStream() && !origin.playsAtHead()) {
            origin.play(new Http2Exchange(ctx, request(List.of())));
          }
        }
        default -> {}
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private Request request(List<String> trailers) {
    return new Request(
        String.valueOf(head.method()),
        String.valueOf(head.path()),
        String.valueOf(head.authority()),
        flat(head),
        body.toByteArray(),
        trailers);
  }

  private static List<String> flat(Http2Headers headers) {
    List<String> flat = new ArrayList<>();
    headers.forEach(e -> {
      if (e.getKey().charAt(0) != ':') {
        flat.add(e.getKey().toString());
        flat.add(e.getValue().toString());
      }
    });
    return flat;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private record Http2Exchange(ChannelHandlerContext ctx, Request request)
      implements FakeOrigin.Exchange {

    private static Http2Headers headers(List<String> flat) {
      Http2Headers headers = new DefaultHttp2Headers();
      for (int i = 0; i < flat.size(); i += 2) {
        headers.add(flat.get(i), flat.get(i + 1));
      }
      return headers;
    }

    @Override
    public void head(int status, List<String> headers, boolean end) {
      ctx.writeAndFlush(
          new DefaultHttp2HeadersFrame(headers(headers).status(String.valueOf(status)), end));
    }

    @Override
    public void data(String data, boolean end) {
      ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(data, ISO_8859_1), end));
    }

    @Override
    public void trailers(List<String> trailers) {
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(headers(trailers), true));
    }

    @Override
    public void upgrade(List<String> headers) {
      throw new UnsupportedOperationException("HTTP/2");
    }

    @Override
    public void reset() {
      reset(Http2Error.INTERNAL_ERROR.code());
    }

    @Override
    public void reset(long code) {
      ctx.writeAndFlush(new DefaultHttp2ResetFrame(code));
    }

    @Override
    public void close() {
      ctx.channel().parent().close();
    }

    @Override
    public void goAway(int lastStreamId) {
      DefaultHttp2GoAwayFrame frame = new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR);
      frame.setExtraStreamIds(Math.max(0, (lastStreamId - streamId()) / 2));
      ctx.channel().parent().writeAndFlush(frame);
    }

    @Override
    public int streamId() {
      Http2FrameStream stream = ((Http2StreamChannel) ctx.channel()).stream();
      return stream.id();
    }

    @Override
    public void later(long millis, Runnable task) {
      ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }
}
