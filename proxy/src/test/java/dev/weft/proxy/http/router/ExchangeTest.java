package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.mesh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.Http1Settings;
import dev.weft.proxy.config.HttpProtocols;
import dev.weft.proxy.config.LocalReplyMapper;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExchangeTest {
  private static final List<LocalReplyMapper> UNREACHED =
      List.of(
          new LocalReplyMapper(
              Set.of("UF", "UH", "UO"), List.of(new HeaderValue("x-weft-unreached", "1", false))));

  private final RouterHarness mesh = new RouterHarness();

  private RouterHarness inbound() {
    mesh.http = Configs.http(Duration.ofMinutes(5), UNREACHED);
    return mesh.with(
        Configs.snapshot(
            1,
            Configs.withoutRetries(),
            Configs.upstream(Configs.BREAKERS, null),
            Configs.endpoints(new int[] {1})));
  }

  @Test
  void anAttemptThatWasCutOffUnsentIsMarkedAsUnreached() {
    FakeDownstream caller = inbound().post("/");
    mesh.pools.last().start().events.onReset(ResetReason.CONNECTION_CLOSED, false);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UF");
    assertThat(caller.head.headers().get("x-weft-unreached")).isEqualTo("1");
  }

  @Test
  void anAttemptThatMayHaveBeenExecutedIsNot() {
    FakeDownstream caller = inbound().post("/");
    mesh.pools.last().breakOff();
    assertThat(mesh.lastRecord().flags()).isEqualTo("UC");
    assertThat(caller.head.headers().get("x-weft-unreached")).isNull();
  }

  @Test
  void norOneOfWhichAnEarlierAttemptMayHaveBeenExecuted() {
    mesh.http = Configs.http(Duration.ofMinutes(5), UNREACHED);
    mesh.with(mesh(new int[] {1, 2}));
    FakeDownstream caller = mesh.get("/");
    mesh.pools.last().breakOff();
    for (int i = 0; i < 3; i++) {
      mesh.advance(50);
      mesh.pools.last().refuse();
    }
    assertThat(mesh.lastRecord().flags()).isEqualTo("UF,URX");
    assertThat(caller.head.headers().get("x-weft-unreached")).isNull();
  }

  @Test
  void passesARequestAndItsAnswerOn() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.get("/pay?card=1");

    mesh.pools.last().answer(200, new HeaderList().add("x-app", "yes"), "paid");

    assertThat(caller.status()).isEqualTo(200);
    assertThat(caller.head.headers().get("x-app")).isEqualTo("yes");
    assertThat(caller.body).hasToString("paid");
    assertThat(caller.ended).isTrue();
    assertThat(mesh.pools.last().head.headers().get("x-request-id")).hasSize(36);
    assertThat(mesh.pools.last().head.headers().get("x-forwarded-proto")).isEqualTo("http");
    assertThat(mesh.pools.last().reset).isFalse();
    assertThat(mesh.lastRecord().flags()).isEqualTo("-");
    assertThat(mesh.lastRecord().path()).isEqualTo("/pay");
    assertThat(mesh.lastRecord().attempts().getFirst().instance()).isEqualTo("payments-1");
  }

  @Test
  void keepsTheRequestIdOfTheCaller() {
    mesh.with(mesh(new int[] {1}));
    mesh.request(0, "GET", "/", true, new HeaderList().add("x-request-id", "abc"));
    assertThat(mesh.pools.last().head.headers().get("x-request-id")).isEqualTo("abc");
  }

  @Test
  void anUnknownHostIsNotFound() {
    FakeDownstream caller = mesh.get("/");
    assertThat(caller.status()).isEqualTo(404);
    assertThat(caller.ended).isTrue();
    assertThat(mesh.lastRecord().flags()).isEqualTo("NR");
  }

  @Test
  void traceIsRefusedClearly() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.request(0, "TRACE", "/", true, new HeaderList());
    assertThat(caller.status()).isEqualTo(501);
    assertThat(mesh.pools.tries).isEmpty();
  }

  @Test
  void noHealthyHostIsSaidInTextAndMarkedAsUnreached() {
    mesh.http = Configs.http(Duration.ofMinutes(5), UNREACHED);
    mesh.with(
        Configs.snapshot(
            1,
            Configs.withoutRetries(),
            Configs.upstream(Configs.BREAKERS, null),
            Configs.endpoints()));
    FakeDownstream caller = mesh.get("/");

    assertThat(caller.status()).isEqualTo(503);
    assertThat(caller.body).hasToString("no healthy upstream");
    assertThat(caller.head.headers().get("content-type")).isEqualTo("text/plain");
    assertThat(caller.head.headers().get("x-weft-unreached")).isEqualTo("1");
    assertThat(mesh.lastRecord().flags()).isEqualTo("UH");
  }

  @Test
  void aGrpcCallIsAnsweredInTrailersOnly() {
    mesh.with(mesh(new int[] {}));
    FakeDownstream caller =
        mesh.request(
            0, "POST", "/p.Pay/Do", true, new HeaderList().add("content-type", "application/grpc"));

    assertThat(caller.status()).isEqualTo(200);
    assertThat(caller.ended).isTrue();
    assertThat(caller.head.headers().get("grpc-status")).isEqualTo("14");
    assertThat(caller.head.headers().get("grpc-message")).isEqualTo("no healthy upstream");
  }

  @Test
  void aFilterHeldBodyWaitsAndIsThenSentWhole() {
    HeldFilter.Factory factory = new HeldFilter.Factory();
    RouterHarness filtered = new RouterHarness(1, List.of(factory)).with(mesh(new int[] {1}));
    FakeDownstream caller = filtered.post("/");
    caller.send("abc", false);
    assertThat(filtered.pools.tries).isEmpty();
    assertThat(caller.consumed).isZero();

    factory.callbacks.resume();
    filtered.pools.last().start();
    caller.send("def", true);

    assertThat(filtered.pools.last().received).hasToString("abcdef");
    assertThat(filtered.pools.last().ended).isTrue();
    assertThat(caller.consumed).isEqualTo(6);
    caller.events.onReset(ResetReason.CONNECTION_CLOSED);
  }

  @Test
  void aSlowReaderHoldsTheUpstreamBack() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.get("/");
    FakePools.Try host = mesh.pools.last().start();
    host.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    caller.writable = false;
    host.bytes("12345", false);
    assertThat(host.consumed).isZero();

    caller.writable = true;
    caller.events.onWritable();

    assertThat(host.consumed).isEqualTo(5);
  }

  @Test
  void aSlowHostHoldsTheCallerBack() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.post("/");
    FakePools.Try host = mesh.pools.last().start();
    host.writable = false;
    caller.send("12345", false);
    assertThat(caller.consumed).isZero();
    assertThat(host.received).isEmpty();

    host.writable = true;
    host.events.onWritable();

    assertThat(caller.consumed).isEqualTo(5);
    assertThat(host.received).hasToString("12345");
    caller.events.onReset(ResetReason.CONNECTION_CLOSED);
  }

  @Test
  void aCallerThatGoesAwayEndsTheAttempt() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream waiting = mesh.get("/");
    waiting.events.onReset(ResetReason.CONNECTION_CLOSED);
    assertThat(mesh.pools.last().cancelled).isTrue();

    FakeDownstream running = mesh.get("/");
    FakePools.Try host = mesh.pools.last().start();
    running.events.onReset(ResetReason.CONNECTION_CLOSED);

    assertThat(host.reset).isTrue();
    assertThat(mesh.lastRecord().flags()).isEqualTo("DC");
    host.events.onResponse(new ResponseHead(200, new HeaderList()), true);
    assertThat(running.head).isNull();
    var shared = mesh.workers.getFirst().upstreams().get(Configs.UPSTREAM).shared();
    assertThat(shared.requests().used()).isZero();
    assertThat(shared.pending().used()).isZero();
  }

  @Test
  void anAnswerBeforeTheEndOfTheRequestEndsBoth() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.post("/");
    caller.send("part", false);
    mesh.pools.last().answer(413, "too much");

    assertThat(caller.status()).isEqualTo(413);
    assertThat(caller.ended).isTrue();
    assertThat(mesh.pools.last().reset).isTrue();
    caller.send("more", true);
    assertThat(caller.consumed).isEqualTo(8);
  }

  private List<Integer> informed(boolean proxyContinue) {
    mesh.http =
        mesh.http.with(new HttpProtocols(Http1Settings.DEFAULT, proxyContinue, false, List.of()));
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.get("/");
    FakePools.Try host = mesh.pools.last().start();
    host.events.onInformational(new ResponseHead(100, new HeaderList()));
    host.events.onInformational(new ResponseHead(103, new HeaderList()));
    return caller.informed.stream().map(ResponseHead::status).toList();
  }

  @Test
  void informationIsPassedOnWhereItIsAskedFor() {
    assertThat(informed(true)).containsExactly(100, 103);
    assertThat(informed(false)).isEmpty();
  }

  @Test
  void trailersGoBothWays() {
    mesh.with(mesh(new int[] {1}));
    FakeDownstream caller = mesh.post("/");
    FakePools.Try host = mesh.pools.last().start();
    caller.send("x", false);
    caller.events.onTrailers(new HeaderList().add("t", "1"));
    assertThat(host.trailers.get("t")).isEqualTo("1");
    host.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    host.events.onTrailers(new HeaderList().add("grpc-status", "0"));
    assertThat(caller.trailers.get("grpc-status")).isEqualTo("0");
    assertThat(mesh.records).hasSize(1);
  }
}
