package dev.weft.agent.compile;

import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.agent.state.MeshState;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.failover.FailoverPolicy;
import dev.weft.policy.failover.FailoverPolicy.OnStale;
import dev.weft.policy.failover.FailoverPolicy.Target;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is sent, resource by resource, for one small mesh. */
class CompilerGoldenTest {
  private static final MeshState STATE =
      new MeshStateBuilder()
          .instance("payments", "payments-1", 9001, Health.PASSING, "per-try-timeout", "2500")
          .instance("payments", "Payments_2", 9002, Health.CRITICAL)
          .instance("orders", "orders-1", 8001, Health.PASSING, "protocol", "grpc")
          .instance("unmeshed", "unmeshed-1", 7001, Health.PASSING)
          .sidecar("payments-1", "payments", 15106, 9001)
          .sidecar("payments-2", "payments", 15206, 9002)
          .sidecar("orders-1", "orders", 15306, 8001)
          .peers("west", "north")
          .imported("west", "payments", 9001, Health.PASSING, Health.WARNING)
          .imported("north", "payments", 9001, Health.CRITICAL)
          .imported("west", "users", 7001, Health.PASSING)
          .exported("payments", "west")
          .policy(
              "payments",
              new FailoverPolicy(
                  List.of(new Target.Local(), new Target.Cluster("west"), new Target.Any()),
                  80,
                  OnStale.LAST_RESORT))
          .build();

  @ParameterizedTest
  @EnumSource
  void sidecar(ResourceType type) throws IOException {
    check("sidecar", MeshStateBuilder.node("payments-1", "payments", 15106, true, 9001), type);
  }

  @ParameterizedTest
  @EnumSource
  void stockSidecar(ResourceType type) throws IOException {
    check("stock-sidecar", MeshStateBuilder.node("orders-1", "orders", 15306, false, 8001), type);
  }

  @ParameterizedTest
  @EnumSource
  void gateway(ResourceType type) throws IOException {
    check("gateway", MeshStateBuilder.gateway("gateway-1", 15443), type);
  }

  private static void check(String name, NodeAnnouncement node, ResourceType type)
      throws IOException {
    Compiler compiler = new Compiler();
    compiler.update(STATE);
    Golden.check(name + "-" + type.name().toLowerCase(Locale.ROOT), compiler.resources(node, type));
  }
}
