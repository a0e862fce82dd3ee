package dev.weft.bench.load;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Promise;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;

/**
 * New connections, each with a full mutual TLS 1.3 handshake, one HTTP/1.1 request and a close.
 * h2load has no client certificates, and openssl s_time sends no server name.
 */
public final class Handshakes implements Load {
  private final SslContext tls;
  private final String serverName;
  private final String host;
  private final String path;
  private final int concurrent;

  /**
   * A client.
   *
   * @param root PEM of whom to trust; names are not verified, since workloads have none
   * @param certificate PEM
   * @param key PKCS #8, PEM
   */
  public Handshakes(
      String root,
      String certificate,
      String key,
      String serverName,
      String host,
      String path,
      int concurrent)
      throws IOException {
    this.tls =
        SslContextBuilder.forClient()
            .trustManager(stream(root))
            .keyManager(stream(certificate), stream(key))
            .protocols("TLSv1.3")
            .endpointIdentificationAlgorithm("")
            .applicationProtocolConfig(
                new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    "http/1.1"))
            .build();
    this.serverName = serverName;
    this.host = host;
    this.path = path;
    this.concurrent = concurrent;
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public LoadResult run(int port, int seconds) throws IOException {
    return Clients.run(seconds, loop -> new Run(loop, port, seconds).start());
  }

  /** One run; everything on its event loop. */
  private final class Run {
    private final EventLoop loop;
    private final int port;
    private final Promise<LoadResult> end;
    private final long begin = System.nanoTime();
    private final long until;
    private final Clients.Latencies latencies = new Clients.Latencies();
    private long errors;
    private int running;

    Run(EventLoop loop, int port, int seconds) {
      this.loop = loop;
      this.port = port;
      this.end = loop.newPromise();
      this.until = begin + TimeUnit.SECONDS.toNanos(seconds);
    }

    Promise<LoadResult> start() {
      loop.execute(() -> {
        for (int i = 0; i < concurrent; i++) {
          running++;
          connect();
        }
      });
      return end;
    }

    private void connect() {
      Client client = new Client(System.nanoTime());
      Clients.bootstrap(loop)
          .handler(
              new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                  SslHandler handler = tls.newHandler(UnpooledByteBufAllocator.DEFAULT);
                  SSLParameters parameters = handler.engine().getSSLParameters();
                  parameters.setServerNames(List.of(new SNIHostName(serverName)));
                  handler.engine().setSSLParameters(parameters);
                  channel
                      .pipeline()
                      .addLast(
                          handler,
                          new HttpClientCodec(),
                          new HttpObjectAggregator(Clients.LARGEST),
                          client);
                }
              })
          .connect("127.0.0.1", port)
          .addListener(connected -> {
            if (!connected.isSuccess()) {
              ended(client, false);
            }
          });
    }

    private void ended(Client client, boolean good) {
      if (client.over) {
        return;
      }
      client.over = true;
      long now = System.nanoTime();
      if (good) {
        latencies.add(now - client.begin);
      } else {
        errors++;
      }
      if (now - until < 0) {
        connect();
      } else if (--running == 0) {
        end.trySuccess(latencies.result(errors, now - begin));
      }
    }

    private final class Client extends SimpleChannelInboundHandler<FullHttpResponse> {
      private final long begin;
      private boolean over;

      Client(long begin) {
        this.begin = begin;
      }

      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
          context.writeAndFlush(Clients.get(host, path), context.voidPromise());
        }
      }

      @Override
      protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
        context.close();
        ended(this, response.status().code() == 200);
      }

      @Override
      public void channelInactive(ChannelHandlerContext context) {
        ended(this, false);
      }

      @Override
      public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
      }
    }
  }
}
