package dev.weft.agent.replication;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Evidence.Health;
import dev.weft.agent.model.ServiceExport;
import dev.weft.agent.model.validate.ServiceExportDocument;
import dev.weft.agent.policycases.OwnCases;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.MeshStateBuilder;
import dev.weft.policy.document.Validated;
import dev.weft.v1.ExportedService;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A {@code ServiceExport} lets clusters see a service, and others not. */
class ExportCasesTest {

  @Test
  void serviceExports() throws Exception {
    new OwnCases("service-exports")
        .hold(
            Set.of("metadata.annotations." + ServiceExportDocument.CONSUMERS),
            Map.of(),
            Map.of(),
            ExportCasesTest::seen);
  }

  private static List<Boolean> seen(JsonNode document, List<JsonNode> cases) {
    if (!(ServiceExportDocument.read(document, "default", "payments")
        instanceof Validated.Valid<ServiceExport>(ServiceExport export))) {
      return List.of();
    }
    MeshStateBuilder mesh =
        new MeshStateBuilder()
            .peers("west", "north", "south")
            .sidecar("node-1", "payments", 19_000, 9_000)
            .instance("payments", "payments-1", 9_000, Health.PASSING)
            .sidecar("node-2", "orders", 19_001, 9_001)
            .instance("orders", "orders-1", 9_001, Health.PASSING)
            .with(new Delta.Exported(export));
    Map<String, Map<String, ExportedService>> views = new ExportViews().of(mesh.build(), 0);
    return cases.stream()
        .map(one ->
            views.get(one.path("cluster").asText()).values().stream()
                .anyMatch(service -> service.getName().equals(one.path("service").asText())))
        .toList();
  }
}
