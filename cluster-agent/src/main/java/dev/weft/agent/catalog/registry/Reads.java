package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** The calls that read. Pure but for the entries given. */
final class Reads {
  static final String UNKNOWN_PATH = "Invalid URL path: not a recognized HTTP API endpoint\n";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEALTH_SERVICE = "/v1/health/service/";
  private static final String HEALTH_CHECKS = "/v1/health/checks/";
  private static final String CATALOG_SERVICE = "/v1/catalog/service/";
  private static final String AGENT_SERVICE = "/v1/agent/service/";
  private static final String STATE = "/v1/health/state/";

  private final Views views;

  Reads(Views views) {
    this.views = views;
  }

  /** The answer to a call; throws {@link RegistryError} for a path that is not known. */
  JsonNode answer(Query query, Contents contents) {
    return switch (query.path()) {
      case "/v1/agent/services" -> agentServices(contents);
      case "/v1/agent/checks" -> agentChecks(contents);
      case "/v1/agent/self" -> self();
      case "/v1/agent/members" -> members();
      case "/v1/catalog/services" -> catalogServices(contents);
      case "/v1/catalog/nodes" -> JSON.createArrayNode().add(views.node());
      case "/v1/catalog/datacenters" -> JSON.createArrayNode().add(views.datacenter());
      case "/v1/status/leader" -> TextNode.valueOf("127.0.0.1:8300");
      case "/v1/status/peers" -> JSON.createArrayNode().add("127.0.0.1:8300");
      default -> answerNamed(query, contents);
    };
  }

  /**
   * The index of what the call asks for: it changes when the answer does, and never becomes
   * smaller.
   */
  long index(Query query, Contents contents) {
    String name =
        query.after(HEALTH_SERVICE) + query.after(HEALTH_CHECKS) + query.after(CATALOG_SERVICE);
    if (name.isEmpty()) {
      return contents.index();
    }
    List<Registration> entries = contents.named(name);
    if (entries.isEmpty()) {
      // Nothing remembers when the last instance went: the registry's own index is never too small.
      return contents.index();
    }
    return LongStream.concat(
            entries.stream().mapToLong(Registration::modifyIndex),
            entries.stream()
                .flatMap(e -> contents.checksOf(e.id()).stream())
                .mapToLong(Check::modifyIndex))
        .max()
        .orElse(contents.index());
  }

  private JsonNode answerNamed(Query query, Contents contents) {
    String service = query.after(HEALTH_SERVICE);
    if (!service.isEmpty()) {
      return health(query, service, contents);
    }
    String checked = query.after(HEALTH_CHECKS);
    if (!checked.isEmpty()) {
      ArrayNode found = JSON.createArrayNode();
      contents.named(checked).stream()
          .flatMap(
              e -> contents.checks().values().stream().filter(c -> c.serviceId().equals(e.id())))
          .forEach(check -> found.add(views.check(check, contents)));
      return found;
    }
    String named = query.after(CATALOG_SERVICE);
    if (!named.isEmpty()) {
      ArrayNode found = JSON.createArrayNode();
      contents.named(named).stream()
          .filter(entry -> entry.tags().containsAll(query.tags()))
          .forEach(entry -> found.add(views.catalogService(entry)));
      return found;
    }
    String state = query.after(STATE);
    if (!state.isEmpty()) {
      return byState(state, contents);
    }
    if (query.path().equals("/v1/health/node/" + views.nodeName())) {
      return views.checks(contents.checks().values(), contents);
    }
    if (query.path().startsWith("/v1/health/node/")) {
      return JSON.createArrayNode();
    }
    String id = query.after(AGENT_SERVICE);
    if (!id.isEmpty()) {
      Registration entry = contents.registrations().get(id);
      if (entry == null) {
        throw RegistryError.unknownService(id);
      }
      return views.agentService(entry);
    }
    throw new RegistryError(404, UNKNOWN_PATH);
  }

  private JsonNode health(Query query, String service, Contents contents) {
    ArrayNode found = JSON.createArrayNode();
    for (Registration entry : contents.named(service)) {
      boolean wanted =
          entry.tags().containsAll(query.tags())
              && (!query.passing()
                  || contents.checksOf(entry.id()).stream()
                      .allMatch(c -> c.status() == CheckStatus.PASSING));
      if (wanted) {
        found.add(views.healthService(entry, contents));
      }
    }
    return found;
  }

  private JsonNode byState(String state, Contents contents) {
    if (!state.equals("any") && CheckStatus.of(state).isEmpty()) {
      return JSON.createArrayNode();
    }
    return views.checks(
        contents.checks().values().stream()
            .filter(check -> state.equals("any") || check.status().wireName().equals(state))
            .toList(),
        contents);
  }

  private ObjectNode agentServices(Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    contents.registrations().forEach((id, entry) -> all.set(id, views.agentService(entry)));
    return all;
  }

  private ObjectNode agentChecks(Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    contents.checks().forEach((id, check) -> all.set(id, views.check(check, contents)));
    return all;
  }

  private static ObjectNode catalogServices(Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    contents.registrations().values().stream()
        .map(Registration::name)
        .distinct()
        .sorted()
        .forEach(name -> {
          Set<String> tags = new HashSet<>();
          contents.named(name).forEach(entry -> tags.addAll(entry.tags()));
          all.set(name, JSON.valueToTree(tags.stream().sorted().toList()));
        });
    return all;
  }

  private ObjectNode self() {
    ObjectNode self = JSON.createObjectNode();
    self.putObject("Config")
        .put("Datacenter", views.datacenter())
        .put("PrimaryDatacenter", views.datacenter())
        .put("NodeName", views.nodeName())
        .put("Server", true)
        .put("Version", "1.22.7");
    self.set("Member", member());
    self.putObject("Meta");
    return self;
  }

  private ArrayNode members() {
    return JSON.createArrayNode().add(member());
  }

  private ObjectNode member() {
    return JSON.createObjectNode()
        .put("Name", views.nodeName())
        .put("Addr", "127.0.0.1")
        .put("Port", 8301)
        .put("Status", 1);
  }
}
