package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.mesh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.Breakers;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.upstream.shared.SharedUpstream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final int BACK_OFF = 50;
  private final RouterHarness mesh = new RouterHarness();
  private final Set<FakePools.Try> started = new HashSet<>();

  private FakePools.Try next() {
    int before = mesh.pools.tries.size();
    mesh.advance(BACK_OFF);
    assertThat(mesh.pools.tries).as("a retry was sent").hasSizeGreaterThan(before);
    return mesh.pools.last();
  }

  private void noMore() {
    int before = mesh.pools.tries.size();
    mesh.advance(2 * BACK_OFF);
    assertThat(mesh.pools.tries).as("no retry was sent").hasSize(before);
  }

  @Test
  void aGetThatWasCutOffIsRepeatedOnAnotherHostThenAtAnotherPriority() {
    mesh.with(mesh(new int[] {1, 2}, new int[] {3}));
    FakeDownstream caller = mesh.get("/");
    int first = mesh.pools.last().port();
    mesh.pools.last().breakOff();
    int second = next().port();
    mesh.pools.last().breakOff();
    int third = next().port();
    mesh.pools.last().answer(200, "west");

    assertThat(first).isIn(1, 2);
    assertThat(second).isIn(1, 2).isNotEqualTo(first);
    assertThat(third).isEqualTo(3);
    assertThat(caller.status()).isEqualTo(200);
    assertThat(mesh.lastRecord().attempts())
        .extracting(AttemptRecord::why)
        .containsExactly("balanced", "retry", "retry");
  }

  @Test
  void aPostThatMayHaveArrivedIsNotRepeated() {
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.post("/");
    caller.send("order", true);
    mesh.pools.last().breakOff();
    noMore();

    assertThat(caller.status()).isEqualTo(503);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UC");
  }

  @Test
  void aPostThatProvablyDidNotArriveIsRepeatedWithItsWholeBody() {
    mesh.with(mesh(new int[] {1, 2, 3}));
    FakeDownstream caller = mesh.post("/");
    caller.send("the ", false);
    mesh.pools.last().refuse();
    FakePools.Try second = next();
    second.start();
    caller.send("order", true);
    second.events.onReset(ResetReason.REFUSED, false);
    FakePools.Try third = next();
    third.start();
    assertThat(third.received).hasToString("the order");
    assertThat(third.ended).isTrue();
    assertThat(caller.consumed).isEqualTo(9);
    third.answer(503, new HeaderList().add("x-weft-unreached", "1"), "");
    next().answer(201, "done");

    assertThat(caller.status()).isEqualTo(201);
    assertThat(mesh.lastRecord().attempts()).hasSize(4);
  }

  @Test
  void aBodyBeyondTheBoundIsStreamedAndNotRepeated() {
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.request(0, "PUT", "/", false, new HeaderList());
    FakePools.Try host = mesh.pools.last().start();
    String piece = "x".repeat(16 * 1024);
    for (int i = 0; i < 5; i++) {
      caller.send(piece, false);
    }
    assertThat(host.received).hasSize(5 * piece.length());
    host.events.onReset(ResetReason.CONNECTION_CLOSED, true);
    noMore();

    assertThat(caller.status()).isEqualTo(503);
  }

  @Test
  void afterAHeadWentDownstreamNothingIsRepeated() {
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.get("/");
    FakePools.Try host = mesh.pools.last().start();
    host.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    host.bytes("par", false);
    host.events.onReset(ResetReason.CONNECTION_CLOSED, true);
    noMore();

    assertThat(caller.body).hasToString("par");
    assertThat(caller.reset).isNotNull();
    assertThat(mesh.lastRecord().flags()).isEqualTo("UC");
  }

  @Test
  void theLastAnswerIsPassedOnWhenNoRetryIsLeft() {
    mesh.with(mesh(new int[] {1, 2}, new int[] {3, 4}));
    FakeDownstream caller = mesh.get("/");
    mesh.pools.last().answer(503, "one");
    next().answer(503, "two");
    next().answer(502, "three");
    next().answer(504, new HeaderList().add("x-weft-unreached", "1"), "four");

    assertThat(caller.status()).isEqualTo(504);
    assertThat(caller.body).hasToString("four");
    assertThat(caller.head.headers().get("x-weft-unreached")).isNull();
    assertThat(mesh.lastRecord().flags()).isEqualTo("URX");
  }

  @Test
  void aHungHostIsLeftAfterThePerTryTimeoutAndItsLateAnswerDoesNotLeak() {
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.get("/");
    FakePools.Try hung = mesh.pools.last().start();
    mesh.advance(5_000 + BACK_OFF);
    assertThat(hung.reset).isTrue();
    FakePools.Try other = mesh.pools.last();
    assertThat(other.port()).isNotEqualTo(hung.port());
    hung.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    hung.bytes("late", true);
    other.answer(200, "in time");

    assertThat(caller.body).hasToString("in time");
    assertThat(hung.consumed).isEqualTo(4);
  }

  @Test
  void theRequestTimeoutCoversRetries() {
    mesh.with(mesh(new int[] {1, 2, 3}));
    FakeDownstream caller = mesh.get("/");
    for (int i = 0; i < 16_000; i++) {
      FakePools.Try last = mesh.pools.last();
      if (started.add(last)) {
        last.start();
      }
      mesh.advance(1);
    }
    assertThat(caller.status()).isEqualTo(504);
    assertThat(caller.body).hasToString("upstream request timeout");
    assertThat(mesh.lastRecord().durationNanos()).isBetween(15_000_000_000L, 15_010_000_000L);
    assertThat(mesh.pools.tries).hasSize(3);
  }

  @Test
  void aTimedOutPostIsNotRepeated() {
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.post("/");
    caller.send("x", true);
    mesh.pools.last().start();
    mesh.advance(5_100);

    assertThat(caller.status()).isEqualTo(504);
    assertThat(mesh.pools.tries).hasSize(1);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UT");
  }

  @Test
  void theBudgetBoundsRetriesInTheProcess() {
    Breakers two = new Breakers(1024, 1024, 1024, 3, 0.1, 2);
    mesh.with(
        Configs.snapshot(
            1,
            Configs.outbound(),
            Configs.upstream(two, null),
            Configs.endpoints(new int[] {1, 2})));
    for (int i = 0; i < 3; i++) {
      mesh.get("/");
    }
    for (FakePools.Try attempt : List.copyOf(mesh.pools.tries)) {
      attempt.breakOff();
    }
    SharedUpstream shared = mesh.workers.getFirst().upstreams().get(Configs.UPSTREAM).shared();
    assertThat(shared.retries().used()).isEqualTo(2);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UC,UO");
    mesh.advance(BACK_OFF);
    mesh.pools.tries.subList(3, 5).forEach(attempt -> attempt.answer(200, ""));

    assertThat(shared.retries().used()).isZero();
    assertThat(shared.requests().used()).isZero();
    assertThat(mesh.registry.get("weft.upstream.retries").tag("result", "budget").counter().count())
        .isEqualTo(1);
  }

  @Test
  void anOpenBreakerIsNotARetry() {
    Breakers one = new Breakers(1024, 1024, 1, 3, 20, 10);
    mesh.with(
        Configs.snapshot(
            1,
            Configs.outbound(),
            Configs.upstream(one, null),
            Configs.endpoints(new int[] {1, 2})));
    FakeDownstream first = mesh.get("/");
    FakeDownstream second = mesh.get("/");
    noMore();

    assertThat(second.status()).isEqualTo(503);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UO");
    mesh.pools.last().answer(200, "");
    assertThat(first.status()).isEqualTo(200);
  }

  @Test
  void tooManyWaitingRequestsAreTurnedAway() {
    Breakers one = new Breakers(1024, 1, 1024, 3, 20, 10);
    mesh.with(
        Configs.snapshot(
            1,
            Configs.outbound(),
            Configs.upstream(one, null),
            Configs.endpoints(new int[] {1, 2})));
    mesh.get("/");
    FakeDownstream second = mesh.get("/");

    assertThat(second.status()).isEqualTo(503);
    assertThat(mesh.pools.last().cancelled).isTrue();
    assertThat(mesh.lastRecord().flags()).isEqualTo("UO");
  }

  @Test
  void aSilentStreamIsEnded() {
    mesh.http = Configs.http(Duration.ofSeconds(2), List.of());
    mesh.with(mesh(new int[] {1}));
    FakeDownstream half = mesh.post("/");
    FakeDownstream whole = mesh.get("/");
    mesh.advance(2_001);

    assertThat(half.status()).isEqualTo(408);
    assertThat(whole.status()).isEqualTo(504);
    assertThat(mesh.lastRecord().flags()).isEqualTo("SI");
  }
}
