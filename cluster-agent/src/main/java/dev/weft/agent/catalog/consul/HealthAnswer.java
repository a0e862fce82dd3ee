package dev.weft.agent.catalog.consul;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.catalog.ServiceSettings;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.Evidence;
import dev.weft.agent.model.Instance;
import dev.weft.agent.model.ServiceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What Consul says of one service ({@code /v1/health/service/:name}), as instances. Pure.
 *
 * @param warnings what could not be taken over, for people
 */
record HealthAnswer(List<Instance> instances, List<String> warnings) {

  HealthAnswer {
    instances = List.copyOf(instances);
    warnings = List.copyOf(warnings);
  }

  static HealthAnswer read(ServiceKey key, JsonNode answer, long nowMillis) {
    List<Instance> instances = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode entry : answer) {
      JsonNode service = entry.path("Service");
      if (!service.path("Kind").asText("").isEmpty()) {
        // A proxy or gateway of Consul's own mesh: no application.
        continue;
      }
      String id = service.path("ID").asText();
      String host = service.path("Address").asText("");
      if (host.isEmpty()) {
        host = entry.path("Node").path("Address").asText("");
      }
      int port = service.path("Port").asInt();
      if (id.isEmpty() || host.isEmpty() || port < 1 || port > 65_535) {
        warnings.add(key + ", instance \"" + id + "\": no address and port");
        continue;
      }
      if (!ids.add(id)) {
        // Consul's ids are unique on a node, the mesh's in the cluster.
        id = id + "@" + entry.path("Node").path("Node").asText();
        ids.add(id);
      }
      String unique = id;
      Map<String, String> meta = texts(service.path("Meta"));
      ServiceSettings settings =
          ServiceSettings.of(meta, service.path("Weights").path("Passing").asInt(1));
      settings
          .problems()
          .forEach(problem -> warnings.add(key + ", instance \"" + unique + "\": " + problem));
      List<String> tags = new ArrayList<>();
      service.path("Tags").forEach(tag -> tags.add(tag.asText()));
      instances.add(
          new Instance(
              id,
              key,
              new Address(host, port),
              settings.weight(),
              meta,
              tags,
              settings.values(),
              evidence(entry.path("Checks"), nowMillis)));
    }
    return new HealthAnswer(instances, warnings);
  }

  private static Evidence evidence(JsonNode checks, long nowMillis) {
    Evidence.Health worst = Evidence.Health.PASSING;
    String detail = "";
    for (JsonNode check : checks) {
      Evidence.Health value =
          switch (check.path("Status").asText()) {
            case "passing" -> Evidence.Health.PASSING;
            case "warning" -> Evidence.Health.WARNING;
            case "critical", "maintenance" -> Evidence.Health.CRITICAL;
            default -> Evidence.Health.UNKNOWN;
          };
      if (detail.isEmpty() || value.compareTo(worst) > 0) {
        worst = value;
        String output = check.path("Name").asText() + ": " + check.path("Output").asText();
        detail = output.length() <= 512 ? output : output.substring(0, 512);
      }
    }
    return new Evidence(worst, Evidence.Source.CONSUL_CHECK, detail, nowMillis);
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> map = new HashMap<>();
    object.properties().forEach(field -> map.put(field.getKey(), field.getValue().asText()));
    return map;
  }
}
