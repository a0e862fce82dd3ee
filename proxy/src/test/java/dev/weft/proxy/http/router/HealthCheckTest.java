package dev.weft.proxy.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.HealthCheck;
import dev.weft.proxy.config.Snapshot;
import dev.weft.proxy.config.UpstreamConfig;
import dev.weft.proxy.http.HeaderList;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthCheckTest {
  private final RouterHarness mesh = new RouterHarness(2, List.of());

  private static Snapshot checked(long version, boolean withChecks) {
    return checked(version, withChecks, 1);
  }

  private static Snapshot checked(long version, boolean withChecks, int healthyThreshold) {
    UpstreamConfig plain = Configs.upstream(Configs.BREAKERS, null);
    HealthCheck check =
        new HealthCheck(
            Duration.ofMillis(300),
            Duration.ofSeconds(1),
            HealthCheck.NO_TRAFFIC,
            2,
            healthyThreshold,
            "/healthz",
            "");
    UpstreamConfig config =
        new UpstreamConfig(
            plain.name(),
            plain.endpointsName(),
            plain.inlineEndpoints(),
            plain.connectTimeout(),
            plain.balancing(),
            plain.panicThreshold(),
            plain.breakers(),
            plain.outlier(),
            withChecks ? List.of(check) : List.of(),
            plain.protocol(),
            plain.http1(),
            plain.http2(),
            plain.transport(),
            plain.perConnectionBufferLimitBytes());
    return Configs.snapshot(
        version, Configs.withoutRetries(), config, Configs.endpoints(new int[] {1}));
  }

  /** A request of the second worker, which does no checks: whether it found a host. */
  private boolean served() {
    FakeDownstream caller = mesh.request(1, "GET", "/", true, new HeaderList());
    if (caller.head == null) {
      mesh.pools.last().answer(200, "");
    }
    return caller.status() == 200;
  }

  private FakePools.Try nextCheck() {
    int before = mesh.pools.tries.size();
    for (int i = 0; i < 1_100 && mesh.pools.tries.size() == before; i++) {
      mesh.advance(1);
    }
    FakePools.Try check = mesh.pools.last();
    assertThat(check.head.path()).isEqualTo("/healthz");
    return check;
  }

  @Test
  void aHostThatDoesNotAnswerChecksIsLeftByAllWorkersUntilItDoes() {
    mesh.with(checked(1, true));
    FakePools.Try first = mesh.pools.tries.getFirst();
    assertThat(mesh.pools.tries).as("one worker checks").hasSize(1);
    assertThat(served()).as("before the first result").isTrue();
    first.answer(200, "ok");

    nextCheck();
    mesh.advance(300);
    assertThat(served()).as("one failure is not two").isTrue();
    nextCheck().refuse();
    assertThat(served()).isFalse();

    nextCheck().answer(200, "ok");
    assertThat(served()).isTrue();
    nextCheck().answer(500, "no");
    assertThat(served()).as("a clear no").isFalse();
    mesh.with(checked(2, false));
    assertThat(served()).as("no longer checked").isTrue();
  }

  @Test
  void aHostComesBackAfterAsManySuccessesAsItNeeds() {
    mesh.with(checked(1, true, 2));
    FakePools.Try first = mesh.pools.tries.getFirst();
    assertThat(served()).as("before the first result").isTrue();
    first.answer(200, "ok");
    assertThat(served()).as("the first result counts at once").isTrue();
    nextCheck().answer(500, "no");
    assertThat(served()).isFalse();
    nextCheck().answer(200, "ok");
    assertThat(served()).as("one success is not two").isFalse();
    nextCheck().answer(200, "ok");
    assertThat(served()).isTrue();
  }

  @Test
  void withoutTrafficAHostIsCheckedOnceAMinute() {
    mesh.with(checked(1, true));
    mesh.pools.last().answer(200, "ok");
    mesh.advance(59_000);
    assertThat(mesh.pools.tries).hasSize(1);
    mesh.advance(1_000);
    assertThat(mesh.pools.tries).hasSize(2);
  }
}
