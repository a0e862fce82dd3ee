package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.testing.TestConfigs;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes with BoringSSL and with the JDK's TLS. */
class TlsHandlersTest {
  private static final String SECRET = "trust-bundles";
  private final TestPki east = TestPki.of("east.demo");
  private final EventLoopGroup group = new NioEventLoopGroup(1);

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private TlsHandlers handlers(SslProvider provider, TlsMaterial material) {
    TlsHandlers handlers = new TlsHandlers(InstantSource.system(), provider);
    handlers.trust(Map.of(SECRET, TestPki.trust(east)));
    handlers.material(material);
    return handlers;
  }

  private record Handshake(SslHandler client, SslHandler server) {}

  /** Shakes hands; each side's handler, its handshake done or failed. */
  private Handshake shake(TlsHandlers server, TlsHandlers client, UpstreamTls with)
      throws Exception {
    CompletableFuture<SslHandler> accepted = new CompletableFuture<>();
    Channel listening =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler handler =
                        server.server(new DownstreamTls(TestConfigs.mtls(), true), channel.alloc());
                    channel.pipeline().addLast(handler);
                    handler.handshakeFuture().addListener(done -> accepted.complete(handler));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    Dialled dialled =
        Dialled.dial(group, listening.localAddress(), alloc -> client.client(with, "a.b", alloc));
    Handshake result = new Handshake(dialled.tls(), accepted.get(30, TimeUnit.SECONDS));
    dialled.channel().close();
    listening.close();
    return result;
  }

  private static UpstreamTls upstream() {
    return new UpstreamTls(TestConfigs.mtls(), "");
  }

  @Test
  void boringSslIsThere() {
    assertThat(OpenSsl.isAvailable()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void bothEndsKnowEachOther(SslProvider provider) throws Exception {
    Handshake done =
        shake(
            handlers(provider, east.svid("default", "payments")),
            handlers(provider, east.svid("default", "orders")),
            upstream());
    assertThat(PeerIdentity.uriOf(done.server()))
        .isEqualTo("spiffe://east.demo/ns/default/sa/orders");
    assertThat(PeerIdentity.uriOf(done.client()))
        .isEqualTo("spiffe://east.demo/ns/default/sa/payments");
    assertThat(done.server().applicationProtocol()).isEqualTo("h2");
    assertThat(done.server().engine().getSession().getProtocol()).isEqualTo("TLSv1.3");
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void everyHandshakeIsAFullOne(SslProvider provider) throws Exception {
    TlsHandlers server = handlers(provider, east.svid("default", "payments"));
    TlsHandlers client = handlers(provider, east.svid("default", "orders"));
    assertThat(shake(server, client, upstream()).server().handshakeFuture().isSuccess()).isTrue();
    // Whom the server no longer believes cannot come in on an old session.
    server.trust(Map.of(SECRET, TestPki.trust(TestPki.of("east.demo"))));
    Handshake second = shake(server, client, upstream());
    assertThat(PeerRefusedException.faultIn(second.server().handshakeFuture().cause()))
        .isEqualTo(Optional.of(SvidFault.UNTRUSTED_ISSUER));
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void reasonsOfRefusalsAreTold(SslProvider provider) throws Exception {
    TlsHandlers server = handlers(provider, east.svid("default", "payments"));
    Instant now = Instant.now();
    TestPki.Leaf ordinary = TestPki.Leaf.ordinary(now);
    TestPki.Leaf old =
        new TestPki.Leaf(now.minusSeconds(90), now.minusSeconds(30), false, ordinary.keyUsage());
    Map<SvidFault, TlsMaterial> refused =
        Map.of(
            SvidFault.EXPIRED,
            east.issue(old, "spiffe://east.demo/ns/default/sa/orders"),
            SvidFault.NOT_A_SPIFFE_ID,
            east.issue(ordinary, "https://east.demo"),
            SvidFault.WRONG_TRUST_DOMAIN,
            TestPki.of("west.demo").svid("default", "orders"));
    for (Map.Entry<SvidFault, TlsMaterial> entry : refused.entrySet()) {
      Handshake failed = shake(server, handlers(provider, entry.getValue()), upstream());
      assertThat(PeerRefusedException.faultIn(failed.server().handshakeFuture().cause()))
          .isEqualTo(Optional.of(entry.getKey()));
    }
    UpstreamTls anonymous =
        new UpstreamTls(
            new TlsParams("TLSv1.3", "TLSv1.3", List.of("h2"), "", SECRET, List.of()), "");
    Handshake without =
        shake(server, handlers(provider, east.svid("default", "orders")), anonymous);
    assertThat(PeerRefusedException.faultIn(without.server().handshakeFuture().cause()))
        .isEqualTo(Optional.of(SvidFault.NO_CERTIFICATE));
  }

  @Test
  void withoutCertificateOrTrustThereIsNoHandler() {
    TlsHandlers handlers = new TlsHandlers(InstantSource.system());
    DownstreamTls tls = new DownstreamTls(TestConfigs.mtls(), true);
    assertThat(handlers.ready(tls)).isFalse();
    assertThat(handlers.server(tls, UnpooledByteBufAllocator.DEFAULT)).isNull();
    handlers.material(east.svid("default", "payments"));
    assertThat(handlers.ready(tls)).isFalse();
    handlers.trust(Map.of(SECRET, TestPki.trust(east)));
    assertThat(handlers.ready(tls)).isTrue();
  }
}
