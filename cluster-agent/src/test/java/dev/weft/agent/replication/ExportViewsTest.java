package dev.weft.agent.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.v1.ExportedInstance;
import dev.weft.v1.ExportedService;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is kept from one state to the next makes no difference to what peers see. */
class ExportViewsTest {

  private final MeshStateBuilder mesh = new MeshStateBuilder();
  private final ExportViews views = new ExportViews();

  private static Map<String, Map<String, ExportedService>> withoutAges(
      Map<String, Map<String, ExportedService>> all) {
    return all.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                view -> {
                  Map<String, ExportedService> services = new TreeMap<>();
                  view.getValue()
                      .forEach((key, service) -> {
                        ExportedService.Builder builder = service.toBuilder();
                        builder
                            .getInstancesBuilderList()
                            .forEach(ExportedInstance.Builder::clearHealthAgeMillis);
                        services.put(key, builder.build());
                      });
                  return services;
                }));
  }

  private void service(String name, int port, Health health) {
    mesh.sidecar("node-" + name, name, port + 10_000, port)
        .instance(name, name + "-1", port, health);
  }

  @Test
  void anyWalkEndsWhereAFreshLookDoes() {
    for (int seed = 0; seed < 20; seed++) {
      walk(new Random(seed));
    }
  }

  private void walk(Random random) {
    MeshStateBuilder world = new MeshStateBuilder();
    ExportViews kept = new ExportViews();
    ConsumerLog log = new ConsumerLog(1);
    ConsumerLog fresh = new ConsumerLog(1);
    world.peers("west", "north");
    world.with(new Delta.NodeUp(MeshStateBuilder.gateway("gateway-1", 15_443)));
    for (int step = 0; step < 150; step++) {
      String service = "s" + random.nextInt(6);
      int port = 9_000 + service.charAt(1);
      switch (random.nextInt(9)) {
        case 0 -> world.sidecar("node-" + service, service, port + 10_000, port);
        case 1, 2 ->
            world.instance(
                service,
                service + "-" + random.nextInt(2),
                port,
                random.nextBoolean() ? Health.PASSING : Health.CRITICAL);
        case 3 -> world.with(new Delta.ServiceInstances(MeshStateBuilder.key(service), List.of()));
        case 4 -> world.exported(service, "west");
        case 5 -> world.exported(service, "west", "north");
        case 6 -> world.with(new Delta.ExportRemoved(MeshStateBuilder.key(service)));
        case 7 ->
            world.with(
                new Delta.NodeServes(
                    "node-" + service, random.nextBoolean() ? Set.of() : Set.of("x")));
        default ->
            world.peers(
                random.nextBoolean() ? new String[] {"west"} : new String[] {"west", "north"});
      }
      MeshState state = world.build();
      Map<String, Map<String, ExportedService>> expected = ExportView.of(state, step);
      Map<String, Map<String, ExportedService>> found = kept.of(state, step);
      assertThat(withoutAges(found)).as("step %s", step).isEqualTo(withoutAges(expected));
      // The same deltas at the same positions.
      assertThat(log.update(found.getOrDefault("west", Map.of())))
          .isEqualTo(fresh.update(expected.getOrDefault("west", Map.of())));
      assertThat(log.position()).isEqualTo(fresh.position());
      assertThat(log.digest()).isEqualTo(fresh.digest());
    }
  }

  @Test
  void whatDidNotChangeIsNotMadeAnew() {
    mesh.peers("west");
    mesh.with(new Delta.NodeUp(MeshStateBuilder.gateway("gateway-1", 15_443)));
    service("payments", 9_001, Health.PASSING);
    service("ledger", 9_002, Health.PASSING);
    mesh.exported("payments", "west").exported("ledger", "west");
    Map<String, ExportedService> before = Map.copyOf(views.of(mesh.build(), 0).get("west"));

    mesh.instance("payments", "payments-1", 9_001, Health.CRITICAL);
    Map<String, ExportedService> after = views.of(mesh.build(), 1).get("west");

    assertThat(after.get("service/default/ledger")).isSameAs(before.get("service/default/ledger"));
    assertThat(after.get("service/default/payments"))
        .isNotEqualTo(before.get("service/default/payments"));
  }
}
