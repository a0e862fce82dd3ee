package dev.weft.proxy.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.testing.FakeOrigin.Request;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;

/** A fake origin's HTTP/1.1 connection. */
final class OriginHttp1Connection extends SimpleChannelInboundHandler<HttpObject> {
  private final FakeOrigin origin;
  private HttpRequest head;
  private ByteArrayOutputStream body = new ByteArrayOutputStream();

  OriginHttp1Connection(FakeOrigin origin) {
    this.origin = origin;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpRequest request) {
      head = request;
      body = new ByteArrayOutputStream();
      if (origin.playsAtHead()) {
        origin.play(new Http1Exchange(ctx, request(List.of())));
      }
    }
    if (message instanceof HttpContent content) {
      byte[] bytes = new byte[content.content().readableBytes()];
      content.content().readBytes(bytes);
      body.writeBytes(bytes);
      if (content instanceof LastHttpContent last && !origin.playsAtHead()) {
        List<String> trailers = new ArrayList<>();
        last.trailingHeaders()
            .forEach(e -> {
              trailers.add(e.getKey());
              trailers.add(e.getValue());
            });
        origin.play(new Http1Exchange(ctx, request(trailers)));
      }
    }
  }

  private Request request(List<String> trailers) {
    List<String> headers = new ArrayList<>();
    head.headers()
        .forEach(e -> {
          headers.add(e.getKey());
          headers.add(e.getValue());
        });
    return new Request(
        head.method().name(),
        head.uri(),
        String.valueOf(head.headers().get("host")),
        headers,
        body.toByteArray(),
        trailers);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  /** Sends back what comes. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
    }
  }

  private record Http1Exchange(ChannelHandlerContext ctx, Request request)
      implements FakeOrigin.Exchange {

    @Override
    public void head(int status, List<String> headers, boolean end) {
      HttpResponse response =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
      boolean framed = false;
      for (int i = 0; i < headers.size(); i += 2) {
        response.headers().add(headers.get(i), headers.get(i + 1));
        framed |= headers.get(i).equalsIgnoreCase("content-length");
      }
      if (!framed && !end && status >= 200) {
        response.headers().set("transfer-encoding", "chunked");
      }
      ctx.write(response);
      if (end || status < 200) {
        ctx.write(LastHttpContent.EMPTY_LAST_CONTENT);
      }
      ctx.flush();
    }

    @Override
    public void data(String data, boolean end) {
      ctx.write(
          end
              ? new DefaultLastHttpContent(Unpooled.copiedBuffer(data, ISO_8859_1))
              : new DefaultHttpContent(Unpooled.copiedBuffer(data, ISO_8859_1)));
      ctx.flush();
    }

    @Override
    public void trailers(List<String> trailers) {
      DefaultLastHttpContent last = new DefaultLastHttpContent();
      for (int i = 0; i < trailers.size(); i += 2) {
        last.trailingHeaders().add(trailers.get(i), trailers.get(i + 1));
      }
      ctx.writeAndFlush(last);
    }

    @Override
    public void upgrade(List<String> headers) {
      HttpResponse response =
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
      response.headers().set("connection", "Upgrade");
      for (int i = 0; i < headers.size(); i += 2) {
        response.headers().add(headers.get(i), headers.get(i + 1));
      }
      ctx.writeAndFlush(response);
      ctx.pipeline().addLast(new Echo());
      ctx.pipeline().remove(OriginHttp1Connection.class);
      ctx.pipeline().remove(HttpServerCodec.class);
    }

    @Override
    public void reset() {
      ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      ctx.close();
    }

    @Override
    public void reset(long code) {
      reset();
    }

    @Override
    public void close() {
      ctx.close();
    }

    @Override
    public void goAway(int lastStreamId) {
      throw new UnsupportedOperationException("HTTP/1.1");
    }

    @Override
    public int streamId() {
      return 0;
    }

    @Override
    public List<String> told() {
      List<String> told = new ArrayList<>();
      String header = ctx.channel().attr(ProxyHeaderReader.TOLD).get();
      if (header != null) {
        told.addAll(List.of("x-proxy", header));
      }
      SslHandler tls = ctx.pipeline().get(SslHandler.class);
      if (tls != null && tls.engine().getSession() instanceof ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
          told.addAll(List.of("x-sni", new String(name.getEncoded(), ISO_8859_1)));
        }
      }
      return told;
    }

    @Override
    public void later(long millis, Runnable task) {
      ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }
}
