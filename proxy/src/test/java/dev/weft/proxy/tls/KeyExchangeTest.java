package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.DownstreamTls;
import dev.weft.proxy.config.TlsParams;
import dev.weft.proxy.config.UpstreamTls;
import dev.weft.proxy.testing.TestConfigs;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Which group two ends agree on, read from the server's own words on the wire. */
class KeyExchangeTest {
  private static final String SECRET = "trust-bundles";

  /** Of IANA's registry "TLS Supported Groups". */
  private static final int X25519_MLKEM768 = 0x11ec;

  private static final int X25519 = 0x1d;
  private static final int P_384 = 0x18;

  private static final List<String> MESH = List.of("X25519MLKEM768", "X25519");
  private static final TestPki EAST = TestPki.of("east.demo");

  @Test
  void meshEndsUseTheHybrid() throws SSLException {
    assertThat(agreed(SslProvider.OPENSSL, MESH, SslProvider.OPENSSL, MESH))
        .contains(X25519_MLKEM768);
  }

  @Test
  void withoutItTheyFallBack() throws SSLException {
    List<String> classical = List.of("X25519");
    assertThat(agreed(SslProvider.OPENSSL, MESH, SslProvider.OPENSSL, classical)).contains(X25519);
    assertThat(agreed(SslProvider.OPENSSL, classical, SslProvider.OPENSSL, MESH)).contains(X25519);
    assertThat(agreed(SslProvider.OPENSSL, MESH, SslProvider.OPENSSL, List.of())).contains(X25519);
  }

  /** Its TLS does not have the hybrid, in JDK 25; what it has of the list it uses. */
  @Test
  void theJdkFallsBack() throws SSLException {
    assertThat(agreed(SslProvider.JDK, MESH, SslProvider.OPENSSL, MESH)).contains(X25519);
    assertThat(agreed(SslProvider.OPENSSL, MESH, SslProvider.JDK, MESH)).contains(X25519);
    assertThat(agreed(SslProvider.JDK, MESH, SslProvider.JDK, MESH)).contains(X25519);
    assertThat(
            agreed(
                SslProvider.JDK, List.of("P-384"), SslProvider.OPENSSL, List.of("P-256", "P-384")))
        .contains(P_384);
  }

  @Test
  void withNothingInCommonThereIsNoConnection() throws SSLException {
    List<String> hybrid = List.of("X25519MLKEM768");
    assertThat(agreed(SslProvider.OPENSSL, hybrid, SslProvider.OPENSSL, List.of("X25519")))
        .isEmpty();
    assertThat(agreed(SslProvider.JDK, hybrid, SslProvider.OPENSSL, MESH)).isEmpty();
    assertThat(agreed(SslProvider.OPENSSL, MESH, SslProvider.JDK, hybrid)).isEmpty();
  }

  /**
   * What the hybrid costs: whole handshakes of mutual TLS between two engines of one process, with
   * the checks of both certificates and without sockets; rounds of the two take turns. Not a test:
   * {@code -Dweft.measure=handshakes}.
   */
  @Test
  @EnabledIfSystemProperty(named = "weft.measure", matches = "handshakes")
  void measure() throws Exception {
    List<Double> ratios = new ArrayList<>();
    List<Double> classical = new ArrayList<>();
    for (int round = 0; round < 41; round++) {
      double hybrid = micros(MESH);
      double plain = micros(List.of("X25519"));
      if (round > 0) {
        ratios.add(hybrid / plain);
        classical.add(plain);
      }
    }
    Collections.sort(ratios);
    Collections.sort(classical);
    Files.writeString(
        Path.of("target", "handshakes.txt"),
        String.format(
            Locale.ROOT,
            "ratio median %.3f, 10 to 90 %%: %.3f to %.3f; X25519 %.0f us%n",
            ratios.get(20),
            ratios.get(4),
            ratios.get(36),
            classical.get(20)));
  }

  private static double micros(List<String> groups) {
    TlsHandlers server = handlers(SslProvider.OPENSSL);
    TlsHandlers client = handlers(SslProvider.OPENSSL);
    long begun = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      if (agreed(client, groups, server, groups).isEmpty()) {
        throw new IllegalStateException("no handshake");
      }
    }
    return (System.nanoTime() - begun) / 200e3;
  }

  /** The group of a handshake; empty: there is none. */
  private static Optional<Integer> agreed(
      SslProvider dials, List<String> offers, SslProvider answers, List<String> takes) {
    return agreed(handlers(dials), offers, handlers(answers), takes);
  }

  private static Optional<Integer> agreed(
      TlsHandlers dials, List<String> offers, TlsHandlers answers, List<String> takes) {
    TlsParams params = TestConfigs.mtls();
    SSLEngine server =
        answers
            .server(new DownstreamTls(params.with(takes), true), UnpooledByteBufAllocator.DEFAULT)
            .engine();
    SSLEngine client =
        dials
            .client(
                new UpstreamTls(params.with(offers), ""), "a.b", UnpooledByteBufAllocator.DEFAULT)
            .engine();
    try {
      return Optional.of(handshake(client, server));
    } catch (SSLException e) {
      return Optional.empty();
    } finally {
      ReferenceCountUtil.release(client);
      ReferenceCountUtil.release(server);
    }
  }

  private static TlsHandlers handlers(SslProvider provider) {
    TlsHandlers handlers = new TlsHandlers(InstantSource.system(), provider);
    handlers.trust(Map.of(SECRET, TestPki.trust(EAST)));
    handlers.material(EAST.svid("default", "payments"));
    return handlers;
  }

  private static int handshake(SSLEngine client, SSLEngine server) throws SSLException {
    client.setUseClientMode(true);
    server.setUseClientMode(false);
    client.beginHandshake();
    server.beginHandshake();
    ByteBuffer toServer = ByteBuffer.allocate(1 << 17);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 17);
    int group = -1;
    for (int i = 0; i < 40; i++) {
      wrap(client, toServer);
      unwrap(server, toServer);
      wrap(server, toClient);
      int said = group(toClient);
      group = said < 0 ? group : said;
      unwrap(client, toClient);
      if (done(client) && done(server)) {
        return group;
      }
    }
    throw new SSLException("the handshake does not end");
  }

  private static boolean done(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private static void wrap(SSLEngine engine, ByteBuffer into) throws SSLException {
    for (int i = 0; i < 10; i++) {
      if (engine.wrap(ByteBuffer.allocate(0), into).bytesProduced() == 0) {
        return;
      }
    }
  }

  private static void unwrap(SSLEngine engine, ByteBuffer from) throws SSLException {
    from.flip();
    ByteBuffer application = ByteBuffer.allocate(1 << 17);
    while (from.hasRemaining()) {
      int consumed = engine.unwrap(from, application).bytesConsumed();
      for (Runnable task = engine.getDelegatedTask();
          task != null;
          task = engine.getDelegatedTask()) {
        task.run();
      }
      if (consumed == 0) {
        break;
      }
    }
    from.compact();
  }

  /** RFC 8446 sections 4.1.3 and 4.2.8: what the last ServerHello says; -1: there is none. */
  private static int group(ByteBuffer records) {
    int group = -1;
    ByteBuffer all = records.duplicate().flip();
    for (int at = 0; at + 5 < all.limit(); at += 5 + (all.getShort(at + 3) & 0xffff)) {
      if (all.get(at) == 22 && all.get(at + 5) == 2) {
        group = keyShare(all, at + 9);
      }
    }
    return group;
  }

  private static int keyShare(ByteBuffer all, int hello) {
    int session = hello + 2 + 32;
    int extensions = session + 1 + (all.get(session) & 0xff) + 2 + 1;
    int end = extensions + 2 + (all.getShort(extensions) & 0xffff);
    for (int at = extensions + 2; at < end; at += 4 + (all.getShort(at + 2) & 0xffff)) {
      if (all.getShort(at) == 51) {
        return all.getShort(at + 4) & 0xffff;
      }
    }
    return -1;
  }
}
