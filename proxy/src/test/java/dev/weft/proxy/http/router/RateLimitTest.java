package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.mesh;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.patience.Patience;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.UpstreamConfig.HttpProtocol;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.testing.RawClient;
import dev.weft.proxy.testing.RunningProxy;
import dev.weft.proxy.testing.TestConfigs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Answers at a rate: in virtual time, and with real sockets for what waits and what is let go. */
class RateLimitTest {
  private static final int KIB = 1024;

  /** What passes with the first tick of a KiB per second. */
  private static final int FIRST = 51;

  private final RouterHarness mesh = new RouterHarness();

  private static HttpConnectionManager slow(long kbps, Duration idle) {
    HttpConnectionManager plain = Configs.http(idle, List.of());
    FilterSettings fault =
        new FilterSettings.Fault(
            null, null, new FilterSettings.Rate(kbps, Fraction.ALL), List.of(), -1);
    return Configs.filtered(plain, new NamedFilter("fault", fault, false));
  }

  private void serve() {
    mesh.http = slow(1, Duration.ofSeconds(1));
    mesh.with(mesh(new int[] {1}));
  }

  private FakeDownstream get() {
    serve();
    FakeDownstream caller = mesh.get("/");
    mesh.pools.last().start().events.onResponse(new ResponseHead(200, new HeaderList()), false);
    return caller;
  }

  private static ByteBuf bytes(int count) {
    return Unpooled.copiedBuffer("x".repeat(count), ISO_8859_1);
  }

  @Test
  void aBodyPassesAtItsRateAndIsThenDoneOnce() {
    FakeDownstream caller = get();
    mesh.pools.last().events.onData(bytes(20 * KIB), true);
    assertThat(caller.body).isEmpty();
    mesh.advance(1);
    assertThat(caller.body).hasSize(FIRST + 1);
    mesh.advance(1_000);
    assertThat(caller.body.length()).isBetween(KIB, KIB + 2 * FIRST);
    assertThat(caller.ended).isFalse();
    assertThat(mesh.records).isEmpty();
    // Beyond the route's 15 s, which are the upstream's alone, and the stream's idle second.
    mesh.advance(19_000);
    assertThat(caller.ended).isTrue();
    assertThat(caller.reset).isNull();
    assertThat(caller.body).hasSize(20 * KIB);
    mesh.advance(1_000);
    assertThat(mesh.records).hasSize(1);
    assertThat(mesh.lastRecord().flags()).isEqualTo("-");
    assertThat(mesh.workers.getFirst().activeFaults().used()).isZero();
  }

  @Test
  void theBucketFillsFromTheBeginOfTheRequest() {
    serve();
    FakeDownstream caller = mesh.get("/");
    mesh.advance(500);
    mesh.pools.last().answer(200, "x".repeat(2 * KIB));
    mesh.advance(1);
    assertThat(caller.body.length()).isBetween(KIB / 2, KIB / 2 + 2 * FIRST);
  }

  @Test
  void theUpstreamGetsBackOnlyWhatHasPassed() {
    FakeDownstream caller = get();
    mesh.pools.last().events.onData(bytes(2 * KIB), false);
    assertThat(mesh.pools.last().consumed).isZero();
    mesh.advance(500);
    assertThat(mesh.pools.last().consumed).isEqualTo(caller.body.length()).isLessThan(KIB);
    caller.writable = false;
    int before = mesh.pools.last().consumed;
    mesh.advance(1_800);
    assertThat(caller.body).hasSize(2 * KIB);
    assertThat(mesh.pools.last().consumed).isEqualTo(before);
    caller.writable = true;
    caller.events.onWritable();
    assertThat(mesh.pools.last().consumed).isEqualTo(2 * KIB);
  }

  @Test
  void trailersComeAfterTheBody() {
    FakeDownstream caller = get();
    mesh.pools.last().events.onData(bytes(KIB), false);
    mesh.pools.last().events.onTrailers(new HeaderList().add("x-last", "yes"));
    mesh.advance(500);
    assertThat(caller.trailers).isNull();
    mesh.advance(1_000);
    assertThat(caller.body).hasSize(KIB);
    assertThat(caller.trailers.get("x-last")).isEqualTo("yes");
    assertThat(mesh.records).hasSize(1);
  }

  @Test
  void aCallerThatGoesAwayLeavesNothingBehind() {
    FakeDownstream caller = get();
    ByteBuf first = bytes(KIB);
    ByteBuf second = bytes(KIB);
    mesh.pools.last().events.onData(first, false);
    mesh.pools.last().events.onData(second, false);
    mesh.advance(1);
    caller.events.onReset(ResetReason.CANCELLED);
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
    assertThat(mesh.pools.last().reset).isTrue();
    int passed = caller.body.length();
    mesh.advance(5_000);
    assertThat(caller.body).hasSize(passed);
    assertThat(mesh.records).hasSize(1);
    assertThat(mesh.workers.getFirst().activeFaults().used()).isZero();
  }

  @Test
  void norDoesOneThatGoesAwayAfterTheUpstreamsEnd() {
    FakeDownstream caller = get();
    ByteBuf all = bytes(KIB);
    mesh.pools.last().events.onData(all, true);
    mesh.advance(1);
    caller.events.onReset(ResetReason.CANCELLED);
    assertThat(all.refCnt()).isZero();
    assertThat(mesh.pools.last().reset).isFalse();
    mesh.advance(5_000);
    assertThat(mesh.records).hasSize(1);
  }

  @Test
  void anUpstreamThatBreaksOffIsToldAtOnce() {
    FakeDownstream caller = get();
    ByteBuf piece = bytes(KIB);
    mesh.pools.last().events.onData(piece, false);
    mesh.advance(1);
    mesh.pools.last().events.onReset(ResetReason.CONNECTION_CLOSED, true);
    assertThat(caller.reset).isEqualTo(ResetReason.CONNECTION_CLOSED);
    assertThat(piece.refCnt()).isZero();
    mesh.advance(5_000);
    assertThat(mesh.records).hasSize(1);
  }

  @Test
  void whatStillComesOfTheRequestIsDropped() {
    serve();
    FakeDownstream caller = mesh.post("/");
    mesh.pools.last().answer(200, "x".repeat(KIB));
    caller.send("more", true);
    assertThat(caller.consumed).isEqualTo(4);
    mesh.advance(2_000);
    assertThat(caller.ended).isTrue();
    assertThat(mesh.records).hasSize(1);
  }

  /** The host writes without end; it stops, and ends with the caller. */
  @Test
  void aHostWaitsForTheRateAndIsLetGoWithItsCaller() throws Exception {
    AtomicLong written = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    try (ServerSocket origin = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        RunningProxy proxy =
            new RunningProxy(1, () -> TestConfigs.target(origin.getLocalPort(), HttpProtocol.HTTP1))
                .serve(TestConfigs.plaintext(1, slow(16, Duration.ofMinutes(1))))) {
      Thread.ofVirtual().start(() -> endless(origin, written, over));
      try (RawClient client = RawClient.to(proxy.port("main"))) {
        client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.bytes(8 * KIB)).hasSize(8 * KIB);
        assertThat(over).isFalse();
      }
      await().atMost(Patience.LIMIT).untilTrue(over);
      // The kernel's buffers, and not the GiB that it would have written.
      assertThat(written.get()).isLessThan(96L << 20);
    }
  }

  private static void endless(ServerSocket origin, AtomicLong written, AtomicBoolean over) {
    byte[] piece = new byte[64 * KIB];
    try (Socket accepted = origin.accept()) {
      accepted.getInputStream().read(piece);
      accepted
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n".getBytes(ISO_8859_1));
      while (written.get() < 1 << 30) {
        accepted.getOutputStream().write(piece);
        written.addAndGet(piece.length);
      }
    } catch (IOException e) {
      over.set(true);
    }
  }
}
