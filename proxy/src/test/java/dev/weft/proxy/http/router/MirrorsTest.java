package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.UPSTREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.config.Destination;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.MirrorPolicy;
import dev.weft.proxy.config.Rewrite;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteTable;
import dev.weft.proxy.config.RouteTable.VirtualHost;
import dev.weft.proxy.config.StreamLimits;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.upstream.pool.UpstreamStream.ConnectFailure;
import dev.weft.proxy.upstream.shared.SharedUpstream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MirrorsTest {
  private final RouterHarness mesh = new RouterHarness();

  @ParameterizedTest
  @CsvSource({
    "a.mesh, a.mesh-shadow",
    "a.mesh:80, a.mesh-shadow:80",
    "[::1], [::1]-shadow",
    "[::1]:80, [::1]-shadow:80",
  })
  void theHostOfACopyIsMarked(String host, String marked) {
    assertThat(Mirrors.marked(host)).isEqualTo(marked);
  }

  @Test
  void theHandshakeOfACopyThatFailsIsCountedAsThatOfARequest() {
    FakePools.Try copy = copyOf(mesh(Configs.BREAKERS).get("/"));
    copy.events.onConnectFailure(
        new ConnectFailure(ConnectFailure.Kind.TLS, "untrusted_issuer: no such root"));
    assertThat(count("weft.upstream.tls.failures", "reason", "untrusted_issuer")).isEqualTo(1);
    assertThat(count("weft.upstream.attempts", "result", "tls_failure")).isEqualTo(1);
  }

  /** How a copy ends. */
  private enum End {
    REFUSED(FakePools.Try::refuse),
    ANSWERED(copy -> copy.answer(200, "body")),
    BROKEN(FakePools.Try::breakOff),
    UNANSWERED(copy -> {}),
    STARTED(FakePools.Try::start),
    RESET_BEFORE_ITS_ANSWER_ENDS(copy -> {
      copy.start().bytes("some", false);
      copy.events.onReset(ResetReason.PROTOCOL_ERROR, true);
    });

    private final Consumer<FakePools.Try> played;

    End(Consumer<FakePools.Try> played) {
      this.played = played;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyEndGivesBackWhatACopyTook(End end) {
    FakeDownstream caller = mesh(Configs.BREAKERS).get("/");
    FakePools.Try copy = copyOf(caller);
    end.played.accept(copy);
    mesh.pools.last().answer(200, "");
    assertThat(caller.status()).isEqualTo(200);
    // Longer than a copy may take.
    mesh.advance(20_000);
    // What comes after the end is for nobody.
    copy.events.onReset(ResetReason.CONNECTION_CLOSED, true);

    SharedUpstream shared = mesh.workers.getFirst().upstreams().get(UPSTREAM).shared();
    assertThat(shared.requests().used()).isZero();
    assertThat(shared.pending().used()).isZero();
  }

  @Test
  void aCopyThatWouldWaitAmongTooManyIsGivenUpAndTheRequestGoesOn() {
    Breakers onePending = new Breakers(1024, 1, 1024, 3, 20, 10);
    FakeDownstream first = mesh(onePending).get("/");
    // The copy took the place in which the request would have waited.
    assertThat(first.status()).isEqualTo(503);
    FakePools.Try copy = copyOf(first);
    assertThat(copy.cancelled).isFalse();
    mesh.get("/");
    FakePools.Try second = mesh.pools.tries.get(2);
    assertThat(second.head.authority()).endsWith("-shadow");
    assertThat(second.cancelled).isTrue();
    assertThat(count("weft.upstream.attempts", "result", "overflow")).isEqualTo(3);
    copy.answer(200, "");

    SharedUpstream shared = mesh.workers.getFirst().upstreams().get(UPSTREAM).shared();
    assertThat(shared.requests().used()).isZero();
    assertThat(shared.pending().used()).isZero();
  }

  private double count(String name, String tag, String value) {
    return mesh.registry.get(name).tag(tag, value).counter().count();
  }

  /** Copies come before the request that they are of. */
  private FakePools.Try copyOf(FakeDownstream caller) {
    assertThat(caller.reset).isNull();
    FakePools.Try copy = mesh.pools.tries.getFirst();
    assertThat(copy.head.authority()).isEqualTo("payments.mesh-shadow");
    return copy;
  }

  /** One host, which gets a copy of each request. */
  private RouterHarness mesh(Breakers breakers) {
    Route route =
        new Route(
            "plain",
            new Route.PathMatch.Prefix("/", false),
            List.of(),
            new Route.Action.Forward(
                new Destination.One(UPSTREAM, Map.of()),
                Duration.ofSeconds(15),
                null,
                Rewrite.NONE,
                false,
                false,
                -1,
                List.of(),
                List.of(),
                List.of(new MirrorPolicy(UPSTREAM, Fraction.ALL, true)),
                StreamLimits.NONE),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    return mesh.with(
        Configs.snapshot(
            1,
            new RouteTable(
                "outbound", true, List.of(new VirtualHost(UPSTREAM, List.of("*"), List.of(route)))),
            Configs.upstream(breakers, Configs.OUTLIER),
            Configs.endpoints(new int[] {1})));
  }
}
