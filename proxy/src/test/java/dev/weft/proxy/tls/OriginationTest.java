package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.match.StringMatcher;
import dev.weft.policy.svid.SvidFault;
import dev.weft.proxy.config.ClientCredential;
import dev.weft.proxy.config.Origination;
import dev.weft.proxy.config.SanMatcher;
import dev.weft.proxy.config.SanMatcher.SanType;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.UpstreamTls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS towards a server outside of the mesh, by real sockets and the JDK's server. */
class OriginationTest {
  private static final char[] PASSWORD = "in memory only".toCharArray();
  private static final String NAME = "api.bank.example";
  private static final TlsParams DEFAULT = params("TLSv1.3");
  private static final TestPki BANK = TestPki.of("bank.example");
  private static final TestPki OTHER = TestPki.of("other.example");
  private static final TlsMaterial SERVER = certificate(BANK, Duration.ZERO);

  private final EventLoopGroup group = new NioEventLoopGroup(1);

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static TlsParams params(String least, SanMatcher... names) {
    return new TlsParams(least, "TLSv1.3", List.of(), "", "", List.of(names));
  }

  private static SanMatcher dns(String name) {
    return new SanMatcher(SanType.DNS, StringMatcher.exact(name));
  }

  private static TlsMaterial certificate(TestPki by, Duration shift) {
    Instant now = Instant.now().plus(shift);
    return by.issue(TestPki.Leaf.ordinary(now), "dns:" + NAME, "ip:127.0.0.1");
  }

  private static Origination trusting(TestPki authority, boolean fromSni) {
    return new Origination(
        null, List.of(authority.root()), fromSni, authority.root().getSerialNumber().toString());
  }

  /** What both ends saw. */
  private record Seen(Optional<Throwable> failure, Optional<X509Certificate> client) {
    Optional<SvidFault> fault() {
      return failure.flatMap(PeerRefusedException::faultIn);
    }
  }

  private Seen dial(SslProvider provider, UpstreamTls with, TlsMaterial server, String... speaks)
      throws Exception {
    return dial(provider, with, server, Optional.empty(), speaks);
  }

  private Seen dial(
      SslProvider provider,
      UpstreamTls with,
      TlsMaterial server,
      Optional<TestPki> demands,
      String... speaks)
      throws Exception {
    try (SSLServerSocket listening = listen(server, demands, speaks)) {
      CompletableFuture<Optional<X509Certificate>> accepted =
          CompletableFuture.supplyAsync(() -> accept(listening));
      TlsHandlers handlers = new TlsHandlers(InstantSource.system(), provider);
      Dialled dialled =
          Dialled.dial(
              group,
              listening.getLocalSocketAddress(),
              alloc -> handlers.client(with, with.sni(), alloc));
      Optional<Throwable> failure = Optional.ofNullable(dialled.tls().handshakeFuture().cause());
      dialled.channel().close().sync();
      Optional<X509Certificate> client = accepted.get(30, TimeUnit.SECONDS);
      return new Seen(failure, client);
    }
  }

  private static SSLServerSocket listen(
      TlsMaterial material, Optional<TestPki> demands, String... speaks)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", material.key(), PASSWORD, material.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, PASSWORD);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore believed = KeyStore.getInstance("PKCS12");
    believed.load(null, null);
    believed.setCertificateEntry("root", demands.orElse(BANK).root());
    trust.init(believed);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    SSLServerSocket socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    if (speaks.length > 0) {
      socket.setEnabledProtocols(speaks);
    }
    socket.setNeedClientAuth(demands.isPresent());
    socket.setSoTimeout(30_000);
    return socket;
  }

  /** The client's certificate; empty: there was no handshake, or none was sent. */
  private static Optional<X509Certificate> accept(SSLServerSocket listening) {
    try (SSLSocket socket = (SSLSocket) listening.accept()) {
      socket.setSoTimeout(30_000);
      socket.startHandshake();
      Optional<X509Certificate> client =
          socket.getNeedClientAuth()
              ? Optional.of((X509Certificate) socket.getSession().getPeerCertificates()[0])
              : Optional.empty();
      // Until the client has seen the end of the handshake too.
      socket.getInputStream().read();
      return client;
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void theRightServerIsBelieved(SslProvider provider) throws Exception {
    for (SanMatcher name :
        List.of(
            dns(NAME),
            new SanMatcher(SanType.DNS, StringMatcher.suffix(".bank.example")),
            new SanMatcher(SanType.IP_ADDRESS, StringMatcher.exact("127.0.0.1")))) {
      UpstreamTls tls = new UpstreamTls(params("TLSv1.3", name), NAME, trusting(BANK, false));
      assertThat(dial(provider, tls, SERVER).failure()).isEmpty();
    }
    assertThat(
            dial(provider, new UpstreamTls(DEFAULT, NAME, trusting(BANK, true)), SERVER).failure())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void everyOtherIsRefusedWithItsReason(SslProvider provider) throws Exception {
    TlsParams expected = params("TLSv1.3", dns("other.bank.example"));
    assertThat(
            dial(provider, new UpstreamTls(expected, NAME, trusting(BANK, false)), SERVER).fault())
        .contains(SvidFault.IDENTITY_MISMATCH);
    UpstreamTls named = new UpstreamTls(DEFAULT, "other.bank.example", trusting(BANK, true));
    assertThat(dial(provider, named, SERVER).fault()).contains(SvidFault.IDENTITY_MISMATCH);
    UpstreamTls tls = new UpstreamTls(DEFAULT, NAME, trusting(BANK, false));
    assertThat(dial(provider, tls, certificate(OTHER, Duration.ZERO)).fault())
        .contains(SvidFault.UNTRUSTED_ISSUER);
    assertThat(dial(provider, tls, certificate(BANK, Duration.ofHours(-2))).fault())
        .contains(SvidFault.EXPIRED);
    assertThat(dial(provider, tls, certificate(BANK, Duration.ofHours(2))).fault())
        .contains(SvidFault.NOT_YET_VALID);
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void aCertificateThatIsDemandedIsSent(SslProvider provider) throws Exception {
    TlsMaterial own = OTHER.issue(TestPki.Leaf.ordinary(Instant.now()), "dns:shop.example");
    Origination origination =
        new Origination(
            new ClientCredential(own.key(), own.chain()), List.of(BANK.root()), false, "own");
    Seen sent =
        dial(
            provider,
            new UpstreamTls(DEFAULT, NAME, origination),
            SERVER,
            Optional.of(OTHER),
            "TLSv1.3");
    assertThat(sent.failure()).isEmpty();
    assertThat(sent.client()).contains(own.leaf());
    Seen without =
        dial(
            provider,
            new UpstreamTls(DEFAULT, NAME, trusting(BANK, false)),
            SERVER,
            Optional.of(OTHER),
            "TLSv1.3");
    assertThat(without.client()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL", "JDK"})
  void anOlderVersionIsSpokenOnlyWhereItIsAllowed(SslProvider provider) throws Exception {
    UpstreamTls strict = new UpstreamTls(DEFAULT, NAME, trusting(BANK, false));
    assertThat(dial(provider, strict, SERVER, "TLSv1.2").failure()).isPresent();
    UpstreamTls lenient = new UpstreamTls(params("TLSv1.2"), NAME, trusting(BANK, false));
    assertThat(dial(provider, lenient, SERVER, "TLSv1.2").failure()).isEmpty();
    assertThat(dial(provider, lenient, SERVER, "TLSv1.3").failure()).isEmpty();
  }
}
