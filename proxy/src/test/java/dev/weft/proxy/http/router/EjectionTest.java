package dev.weft.proxy.http.router;

import static dev.weft.proxy.http.router.Configs.mesh;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.EndpointSet;
import dev.weft.proxy.http.HeaderList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EjectionTest {
  private final RouterHarness mesh = new RouterHarness(4, List.of());

  private int port(int worker) {
    mesh.request(worker, "GET", "/", true, new HeaderList());
    int port = mesh.pools.last().port();
    mesh.pools.last().answer(200, "");
    return port;
  }

  /** Makes a host fail by POSTs, which are repeated elsewhere: three failed connects eject it. */
  private void kill(int port) {
    for (int failures = 0, guard = 0; failures < 3 && guard < 1_000; guard++) {
      mesh.request(guard % 4, "POST", "/", true, new HeaderList());
      if (mesh.pools.last().port() == port) {
        failures++;
        mesh.pools.last().refuse();
        mesh.advance(50);
      }
      mesh.pools.last().answer(200, "");
    }
  }

  @Test
  void everyWorkerLeavesAnEjectedHostWithItsNextRequestAndComesBackAfterTheSweep() {
    mesh.with(mesh(new int[] {1, 2}));
    kill(1);
    for (int worker = 0; worker < 4; worker++) {
      for (int i = 0; i < 10; i++) {
        assertThat(port(worker)).isEqualTo(2);
      }
    }
    assertThat(
            mesh.registry
                .get("weft.ejections")
                .tag("reason", "consecutive_local_origin_failure")
                .counter()
                .count())
        .isEqualTo(1);

    mesh.advance(6_200);

    assertThat(IntStream.range(0, 40).map(i -> port(i % 4)).distinct().toArray())
        .containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void whenAllNearHostsAreEjectedTheNextPriorityTakesOver() {
    mesh.with(mesh(new int[] {1, 2}, new int[] {3}));
    kill(1);
    kill(2);
    assertThat(IntStream.range(0, 40).map(i -> port(i % 4)).distinct().toArray())
        .containsExactly(3);
  }

  @Test
  void whenAllHostsAreEjectedThereIsNoHealthyUpstream() {
    mesh.with(mesh(new int[] {1}));
    for (int i = 0; i < 3; i++) {
      FakeDownstream caller = mesh.request(0, "POST", "/", true, new HeaderList());
      if (caller.head == null) {
        mesh.pools.last().refuse();
        mesh.advance(50);
      }
      while (caller.head == null) {
        mesh.pools.last().refuse();
        mesh.advance(50);
      }
    }
    FakeDownstream caller = mesh.get("/");
    assertThat(caller.status()).isEqualTo(503);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UH");
  }

  @Test
  void gatewayErrorsEjectAndAnswersForgive() {
    mesh.with(
        Configs.snapshot(
            1,
            Configs.withoutRetries(),
            Configs.upstream(Configs.BREAKERS, Configs.OUTLIER),
            Configs.endpoints(new int[] {1})));
    for (int i = 0; i < 4; i++) {
      mesh.get("/");
      mesh.pools.last().answer(503, "");
    }
    assertThat(port(0)).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      mesh.get("/");
      mesh.pools.last().answer(503, "");
    }
    assertThat(mesh.get("/").status()).isEqualTo(503);
    assertThat(mesh.lastRecord().flags()).isEqualTo("UH");
  }

  @Test
  void hostsAndTheirEjectionSurviveAnUpdateAndRemovedOnesDrain() {
    mesh.with(mesh(new int[] {1, 2}));
    IntStream.range(0, 40).forEach(i -> port(i % 4));
    kill(1);
    int pools = mesh.pools.created;
    EndpointSet next = Configs.endpoints(new int[] {1, 2, 3});
    mesh.with(
        Configs.snapshot(
            2, Configs.outbound(), Configs.upstream(Configs.BREAKERS, Configs.OUTLIER), next));

    assertThat(IntStream.range(0, 60).map(i -> port(i % 4)).distinct().toArray())
        .containsExactlyInAnyOrder(2, 3);
    assertThat(mesh.pools.created).isEqualTo(pools + 4);
    assertThat(mesh.pools.drained).isEmpty();

    mesh.with(mesh(new int[] {3}));
    assertThat(mesh.pools.drained).hasSize(8);
  }
}
