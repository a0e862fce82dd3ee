package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code /v1/agent}. Pure but for the entries. */
final class AgentReads {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Views views;

  AgentReads(Views views) {
    this.views = views;
  }

  void addTo(Endpoints endpoints) {
    plain(endpoints, "/v1/agent/services", this::services);
    plain(endpoints, "/v1/agent/checks", this::checks);
    plain(endpoints, "/v1/agent/self", (query, contents) -> Reply.of(views.node().self()));
    plain(
        endpoints,
        "/v1/agent/members",
        (query, contents) -> Reply.of(JSON.createArrayNode().add(views.node().member())));
    plain(
        endpoints,
        "/v1/agent/version",
        (query, contents) ->
            Reply.of(
                JSON.createObjectNode()
                    .put("SHA", "")
                    .put("BuildDate", "1970-01-01T00:00:01Z")
                    .put("HumanVersion", NodeView.VERSION)
                    .put("FIPS", "")));
    plain(endpoints, "/v1/agent/health/service/id/", this::healthOfId);
    plain(endpoints, "/v1/agent/health/service/name/", this::healthOfName);
    endpoints.add("/v1/agent/service/", new Endpoint.Hashed(AgentReads::changed, this::service));
  }

  private static void plain(Endpoints endpoints, String path, Endpoint.Reading reading) {
    endpoints.add(path, new Endpoint.Plain(false, reading));
  }

  private Reply services(Query query, Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    contents
        .entries()
        .forEach((id, entry) -> all.set(id, views.agentService(entry.registration())));
    return Reply.of(all);
  }

  private Reply checks(Query query, Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    contents
        .nodeChecks()
        .values()
        .forEach(check -> all.set(check.id(), views.agentCheck(check, contents)));
    for (Entry entry : contents.entries().values()) {
      entry
          .checks()
          .values()
          .forEach(check -> all.set(check.id(), views.agentCheck(check, contents)));
    }
    return Reply.of(all);
  }

  private static boolean changed(Query query, Contents contents) {
    Entry entry = contents.entries().get(query.name());
    return entry == null || !Views.contentHash(entry.registration()).equals(query.hash());
  }

  private Reply service(Query query, Contents contents) {
    Entry entry = contents.entries().get(query.name());
    if (entry == null) {
      throw new RegistryError(404, "unknown service ID: " + query.name());
    }
    return new Reply(
        200,
        views.hashedAgentService(entry.registration()),
        Map.of("X-Consul-Contenthash", Views.contentHash(entry.registration())));
  }

  private Reply healthOfId(Query query, Contents contents) {
    Entry entry = contents.entries().get(query.name());
    if (entry == null) {
      String reason = "ServiceId " + query.name() + " not found";
      ObjectNode none =
          JSON.createObjectNode()
              .put("AggregatedStatus", "critical")
              .putNull("Service")
              .putNull("Checks");
      return reply(query, 404, reason, none);
    }
    String status = status(List.of(entry), contents);
    return reply(query, code(status), status, health(entry, contents));
  }

  private Reply healthOfName(Query query, Contents contents) {
    Collection<Entry> entries = contents.named(query.name()).values();
    ArrayNode all = JSON.createArrayNode();
    entries.forEach(entry -> all.add(health(entry, contents)));
    if (entries.isEmpty()) {
      return reply(query, 404, "ServiceName " + query.name() + " Not Found", all);
    }
    String status = status(entries, contents);
    return reply(query, code(status), status, all);
  }

  private ObjectNode health(Entry entry, Contents contents) {
    ObjectNode view =
        JSON.createObjectNode().put("AggregatedStatus", status(List.of(entry), contents));
    view.set("Service", views.agentService(entry.registration()));
    ArrayNode checks = view.putArray("Checks");
    contents.nodeChecks().values().forEach(check -> checks.add(views.agentCheck(check, contents)));
    entry.checks().values().forEach(check -> checks.add(views.agentCheck(check, contents)));
    return view;
  }

  /** The worst; maintenance is worse than critical. */
  private static String status(Collection<Entry> entries, Contents contents) {
    boolean maintained =
        Stream.concat(
                contents.nodeChecks().values().stream(),
                entries.stream().flatMap(entry -> entry.checks().values().stream()))
            .anyMatch(check -> check.definition().type() == CheckDefinition.Type.MAINTENANCE);
    return maintained
        ? "maintenance"
        : entries.stream()
            .map(entry -> entry.status(contents.nodeChecks().values()))
            .max(CheckStatus::compareTo)
            .orElse(CheckStatus.CRITICAL)
            .wireName();
  }

  private static int code(String status) {
    return switch (status) {
      case "passing" -> 200;
      case "warning" -> 429;
      default -> 503;
    };
  }

  private static Reply reply(Query query, int status, String reason, JsonNode body) {
    boolean text = query.text("format").equals("text");
    return new Reply(
        status, text ? TextNode.valueOf(reason) : body, Map.of("X-Consul-Reason", reason));
  }
}
