package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code /v1/catalog}, {@code /v1/health} and {@code /v1/status}. Pure but for the entries. */
final class CatalogReads {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Views views;

  CatalogReads(Views views) {
    this.views = views;
  }

  void addTo(Endpoints endpoints) {
    indexed(endpoints, "/v1/catalog/services", query -> new Topic.Registrations(), this::services);
    indexed(
        endpoints,
        "/v1/catalog/service/",
        query -> new Topic.Catalog(Topic.service(query.name())),
        this::service);
    indexed(endpoints, "/v1/catalog/nodes", query -> new Topic.Nodes(), this::nodes);
    indexed(endpoints, "/v1/catalog/node/", this::ofNode, this::node);
    indexed(endpoints, "/v1/catalog/node-services/", this::ofNode, this::nodeServices);
    indexed(
        endpoints,
        "/v1/health/service/",
        query -> new Topic.Health(Topic.service(query.name())),
        this::health);
    indexed(
        endpoints,
        "/v1/health/checks/",
        query -> new Topic.Checks(Topic.service(query.name())),
        this::checks);
    indexed(endpoints, "/v1/health/node/", query -> new Topic.AllChecks(), this::nodeHealth);
    indexed(endpoints, "/v1/health/state/", query -> new Topic.AllChecks(), this::byState);
    endpoints.add(
        "/v1/catalog/datacenters",
        new Endpoint.Plain(
            true,
            (query, contents) -> Reply.of(JSON.createArrayNode().add(views.node().datacenter()))));
    endpoints.add(
        "/v1/status/leader",
        new Endpoint.Plain(true, (query, contents) -> Reply.of(TextNode.valueOf(server()))));
    endpoints.add(
        "/v1/status/peers",
        new Endpoint.Plain(
            true, (query, contents) -> Reply.of(JSON.createArrayNode().add(server()))));
  }

  private static void indexed(
      Endpoints endpoints, String path, Function<Query, Topic> topic, Endpoint.Reading reading) {
    endpoints.add(path, new Endpoint.Indexed(topic, reading));
  }

  private String server() {
    String address = views.node().address();
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":8300";
  }

  private Topic ofNode(Query query) {
    return isNode(query) ? new Topic.Registrations() : new Topic.Nothing();
  }

  private boolean isNode(Query query) {
    return query.name().equalsIgnoreCase(views.node().name());
  }

  private Reply services(Query query, Contents contents) {
    ObjectNode all = JSON.createObjectNode();
    if (!query.elsewhere()) {
      contents
          .services()
          .values()
          .forEach(service -> {
            Set<String> tags = new LinkedHashSet<>();
            service.entries().values().forEach(entry -> tags.addAll(entry.registration().tags()));
            all.set(service.name(), JSON.valueToTree(tags));
          });
    }
    return Reply.of(all);
  }

  private Reply service(Query query, Contents contents) {
    ArrayNode found = JSON.createArrayNode();
    instances(query, contents)
        .forEach(entry -> found.add(views.catalogService(entry.registration())));
    return Reply.of(found);
  }

  private Reply health(Query query, Contents contents) {
    ArrayNode found = JSON.createArrayNode();
    instances(query, contents)
        .filter(entry ->
            !query.passing() || entry.status(contents.nodeChecks().values()) == CheckStatus.PASSING)
        .forEach(entry -> found.add(views.healthService(entry, contents)));
    return Reply.of(found);
  }

  private static Stream<Entry> instances(Query query, Contents contents) {
    named(query, "Missing service name");
    return query.elsewhere()
        ? Stream.empty()
        : contents.named(query.name()).values().stream()
            .filter(entry -> carries(entry.registration().tags(), query.tags()));
  }

  private static boolean carries(List<String> tags, List<String> asked) {
    return asked.stream().allMatch(one -> tags.stream().anyMatch(tag -> tag.equalsIgnoreCase(one)));
  }

  private Reply checks(Query query, Contents contents) {
    ArrayNode found = JSON.createArrayNode();
    instances(query, contents)
        .forEach(entry -> found.addAll(views.checks(entry.checks().values(), contents)));
    return Reply.of(found);
  }

  private Reply nodeHealth(Query query, Contents contents) {
    named(query, "Missing node name");
    return Reply.of(isNode(query) ? every(contents, check -> true) : JSON.createArrayNode());
  }

  private Reply byState(Query query, Contents contents) {
    named(query, "Missing check state");
    String state = query.name().toLowerCase(Locale.ROOT);
    return Reply.of(every(contents, check -> state.equals("any") || check.asText().equals(state)));
  }

  /** All checks, the node's first, whose status is wanted. */
  private ArrayNode every(Contents contents, Predicate<JsonNode> wanted) {
    ArrayNode all = JSON.createArrayNode();
    views.nodeChecks(all, contents);
    contents
        .entries()
        .values()
        .forEach(entry -> all.addAll(views.checks(entry.checks().values(), contents)));
    ArrayNode found = JSON.createArrayNode();
    all.forEach(check -> {
      if (wanted.test(check.path("Status"))) {
        found.add(check);
      }
    });
    return found;
  }

  private Reply nodes(Query query, Contents contents) {
    ArrayNode nodes = JSON.createArrayNode();
    return Reply.of(
        query.elsewhere() ? nodes : nodes.add(views.node().view(contents.startIndex())));
  }

  private Reply node(Query query, Contents contents) {
    named(query, "Missing node name");
    if (!isNode(query)) {
      return Reply.of(JSON.nullNode());
    }
    ObjectNode found = JSON.createObjectNode();
    found.set("Node", views.node().view(contents.startIndex()));
    ObjectNode services = found.putObject("Services");
    contents
        .entries()
        .forEach((id, entry) -> services.set(id, views.nodeService(entry.registration())));
    return Reply.of(found);
  }

  private Reply nodeServices(Query query, Contents contents) {
    named(query, "Missing node name");
    ObjectNode found = JSON.createObjectNode();
    if (!isNode(query)) {
      return Reply.of(found.putNull("Node").putNull("Services"));
    }
    found.set("Node", views.node().view(contents.startIndex()));
    ArrayNode services = found.putArray("Services");
    contents
        .entries()
        .values()
        .forEach(entry -> services.add(views.nodeService(entry.registration())));
    return Reply.of(found);
  }

  private static void named(Query query, String otherwise) {
    if (query.name().isEmpty()) {
      throw RegistryError.badRequest(otherwise);
    }
  }
}
