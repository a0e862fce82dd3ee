package dev.weft.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.testing.TestConfigs;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A peer that would take up a session of before has to show its certificate again. The peer is the
 * JDK's TLS, which does so wherever it is let; a handshake that took one up checks no certificate.
 */
class ResumptionTest {
  private static final TestPki EAST = TestPki.of("east.demo");

  private final EventLoopGroup group = new NioEventLoopGroup(1);
  private final AtomicInteger checks = new AtomicInteger();

  @AfterEach
  void stop() {
    group.shutdownGracefully().syncUninterruptibly();
  }

  @ParameterizedTest
  @CsvSource({"OPENSSL,TLSv1.3", "OPENSSL,TLSv1.2", "JDK,TLSv1.3", "JDK,TLSv1.2"})
  void everyHandshakeIsAFullOne(SslProvider provider, String protocol) throws Exception {
    int port = serve(provider, protocol);
    SSLContext client = client();
    for (int i = 1; i <= 3; i++) {
      try (SSLSocket socket =
          (SSLSocket)
              client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write('a');
        // What comes with tickets comes before this.
        assertThat(socket.getInputStream().readNBytes(2)).isEqualTo("ok".getBytes(US_ASCII));
        assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
      }
      assertThat(checks).hasValue(i);
    }
  }

  private int serve(SslProvider provider, String protocol) throws Exception {
    TlsHandlers handlers = new TlsHandlers(InstantSource.system(), provider);
    handlers.material(EAST.svid("default", "payments"));
    handlers.trust(Map.of("trust-bundles", TestPki.trust(EAST)));
    TlsParams mtls = TestConfigs.mtls();
    TlsParams params =
        new TlsParams(
            protocol,
            protocol,
            mtls.alpn(),
            mtls.certificateSecret(),
            mtls.validationSecret(),
            mtls.subjectAltNames());
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            handlers.server(new DownstreamTls(params, true), channel.alloc()),
                            new Answer());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    return ((InetSocketAddress) server.localAddress()).getPort();
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf asked) {
      ctx.writeAndFlush(ctx.alloc().buffer().writeBytes("ok".getBytes(US_ASCII)));
    }
  }

  /** Keeps sessions, and counts how often it is shown a certificate. */
  private SSLContext client() throws Exception {
    char[] none = new char[0];
    TlsMaterial orders = EAST.svid("default", "orders");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, none);
    keys.setKeyEntry("svid", orders.key(), none, orders.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(keys, none);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), new TrustManager[] {new Counting()}, null);
    return context;
  }

  private final class Counting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      checks.incrementAndGet();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
