package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.AuthorizationService;
import dev.weft.proxy.config.ExtAuthzSettings;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.Fraction;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.ResetReason;
import dev.weft.proxy.http.ResponseHead;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An authorization service that is slow, away, lying or back, in virtual time. */
class ExtAuthzFilterTest {
  private final RouterHarness mesh = new RouterHarness();

  private void serve(ExtAuthzSettings.@Nullable Body body) {
    ExtAuthzSettings settings =
        new ExtAuthzSettings(
            new AuthorizationService.Http(
                Configs.UPSTREAM,
                Duration.ofSeconds(2),
                "/check",
                List.of(),
                new AuthorizationService.Answer(List.of(), List.of(), null, List.of(), List.of())),
            false,
            false,
            403,
            false,
            false,
            false,
            false,
            null,
            true,
            List.of(),
            null,
            List.of(),
            body,
            Fraction.ALL,
            null,
            false);
    HttpConnectionManager plain = Configs.http(Duration.ofMinutes(5), List.of());
    mesh.http =
        Configs.filtered(
            plain, new NamedFilter("authz", new FilterSettings.ExtAuthz(settings), false));
    mesh.with(
        Configs.snapshot(
            1,
            Configs.withoutRetries(),
            Configs.upstream(Configs.BREAKERS, null),
            Configs.endpoints(new int[] {1})));
  }

  private FakePools.Try last() {
    return mesh.pools.last();
  }

  @Test
  void aSlowServiceDeniesInItsTimeAndItsLateAnswerIsForNobody() {
    serve(null);
    FakeDownstream held = mesh.get("/");
    FakePools.Try check = last().start();
    assertThat(check.head.path()).isEqualTo("/check/");
    mesh.advance(1_999);
    assertThat(held.head).isNull();
    mesh.advance(1);
    assertThat(held.status()).isEqualTo(403);
    assertThat(mesh.lastRecord().failure()).isEqualTo(Failure.EXT_AUTHZ_ERROR);
    assertThat(check.reset).isTrue();
    check.events.onResponse(new ResponseHead(200, new HeaderList()), true);
    assertThat(mesh.pools.tries).hasSize(1);
  }

  @Test
  void aServiceThatIsAwayDeniesAtOnceUntilItIsBack() {
    serve(null);
    FakeDownstream denied = mesh.get("/");
    last().refuse();
    assertThat(denied.status()).isEqualTo(403);
    FakeDownstream broken = mesh.get("/");
    last().breakOff();
    assertThat(broken.status()).isEqualTo(403);
    FakeDownstream allowed = mesh.get("/");
    last().answer(200, "");
    assertThat(last().head.path()).isEqualTo("/");
    last().answer(200, "here");
    assertThat(allowed.status()).isEqualTo(200);
  }

  @Test
  void anAnswerThatDoesNotEndIsNoAnswer() {
    serve(null);
    FakeDownstream held = mesh.get("/");
    FakePools.Try check = last().start();
    check.events.onResponse(new ResponseHead(200, new HeaderList()), false);
    for (int i = 0; i < 5; i++) {
      assertThat(held.head).isNull();
      check.bytes("x".repeat(64 * 1024), false);
    }
    assertThat(held.status()).isEqualTo(403);
    assertThat(check.reset).isTrue();
    assertThat(mesh.pools.tries).hasSize(1);
  }

  @Test
  void aCallerThatLeavesEndsTheQuestion() {
    serve(null);
    FakeDownstream gone = mesh.get("/");
    FakePools.Try check = last().start();
    gone.events.onReset(ResetReason.CANCELLED);
    assertThat(check.reset).isTrue();
    check.events.onResponse(new ResponseHead(200, new HeaderList()), true);
    assertThat(mesh.pools.tries).hasSize(1);
  }

  @Test
  void aHeldBodyIsBoundedAndGivenBackOnce() {
    serve(new ExtAuthzSettings.Body(8, false, false));
    FakeDownstream held = mesh.post("/");
    held.send("four", false);
    assertThat(held.consumed).as("more may come").isEqualTo(4);
    assertThat(mesh.pools.tries).isEmpty();
    held.send("more", true);
    FakePools.Try check = last().start();
    assertThat(check.received).hasToString("fourmore");
    check.events.onResponse(new ResponseHead(200, new HeaderList()), true);
    FakePools.Try forwarded = last().start();
    assertThat(forwarded.received).hasToString("fourmore");
    assertThat(held.consumed).isEqualTo(8);
    FakeDownstream longer = mesh.post("/");
    longer.send("123456789", false);
    assertThat(longer.status()).isEqualTo(413);
    assertThat(longer.consumed).isEqualTo(9);
    assertThat(mesh.pools.tries).hasSize(2);
  }
}
