package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.catalog.GoDuration;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** Entries in the shapes that Consul answers with. Pure. */
final class Views {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final NodeView node;

  Views(NodeView node) {
    this.node = node;
  }

  NodeView node() {
    return node;
  }

  /** What was registered, in the words of a registration. */
  static ObjectNode definition(Registration entry) {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", entry.id()).put("Name", entry.name());
    view.set("Tags", JSON.valueToTree(entry.tags()));
    view.set("Meta", JSON.valueToTree(entry.meta()));
    view.put("Port", entry.port()).put("Address", entry.address());
    addresses(view, "TaggedAddresses", entry.tagged());
    weights(view, "Weights", entry);
    return view.put("EnableTagOverride", entry.enableTagOverride());
  }

  /** {@code /v1/agent/services}. */
  ObjectNode agentService(Registration entry) {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", entry.id()).put("Service", entry.name());
    view.set("Tags", JSON.valueToTree(entry.tags()));
    view.set("Meta", JSON.valueToTree(entry.meta()));
    view.put("Port", entry.port()).put("Address", entry.address());
    addresses(view, "TaggedAddresses", allAddresses(entry));
    weights(view, "Weights", entry);
    return view.put("EnableTagOverride", entry.enableTagOverride())
        .put("Datacenter", node.datacenter());
  }

  /** {@code /v1/agent/service/:id}: the same with a hash of its content. */
  ObjectNode hashedAgentService(Registration entry) {
    ObjectNode view = agentService(entry);
    view.remove("Datacenter");
    view.put("ContentHash", contentHash(entry));
    return view.put("Datacenter", node.datacenter());
  }

  /** 16 hex digits that change when the registration does. */
  static String contentHash(Registration entry) {
    long hash = 0xcbf29ce484222325L;
    for (char c : definition(entry).toString().toCharArray()) {
      hash = (hash ^ c) * 0x100000001b3L;
    }
    return String.format(Locale.ROOT, "%016x", hash);
  }

  /** An element of {@code /v1/catalog/service/:name}. */
  ObjectNode catalogService(Registration entry) {
    ObjectNode view = node.identity();
    node.addresses(view);
    node.meta(view.putObject("NodeMeta"));
    view.put("ServiceKind", "").put("ServiceID", entry.id()).put("ServiceName", entry.name());
    view.set("ServiceTags", JSON.valueToTree(entry.tags()));
    view.put("ServiceAddress", entry.address());
    addresses(view, "ServiceTaggedAddresses", allAddresses(entry));
    weights(view, "ServiceWeights", entry);
    view.set("ServiceMeta", JSON.valueToTree(entry.meta()));
    view.put("ServicePort", entry.port())
        .putNull("ServicePorts")
        .put("ServiceSocketPath", "")
        .put("ServiceEnableTagOverride", entry.enableTagOverride());
    proxy(view, "ServiceProxy");
    view.putObject("ServiceConnect");
    return view.putNull("ServiceLocality")
        .put("CreateIndex", entry.createIndex())
        .put("ModifyIndex", entry.modifyIndex());
  }

  /** The {@code Service} of health and of a node's services. */
  ObjectNode nodeService(Registration entry) {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", entry.id()).put("Service", entry.name());
    view.set("Tags", JSON.valueToTree(entry.tags()));
    view.put("Address", entry.address());
    addresses(view, "TaggedAddresses", allAddresses(entry));
    view.set("Meta", entry.meta().isEmpty() ? JSON.nullNode() : JSON.valueToTree(entry.meta()));
    if (entry.port() != 0) {
      view.put("Port", entry.port());
    }
    weights(view, "Weights", entry);
    view.put("EnableTagOverride", entry.enableTagOverride());
    proxy(view, "Proxy");
    view.putObject("Connect");
    return view.put("PeerName", "")
        .put("CreateIndex", entry.createIndex())
        .put("ModifyIndex", entry.modifyIndex());
  }

  /** An element of {@code /v1/health/service/:name}. */
  ObjectNode healthService(Entry entry, Contents contents) {
    ObjectNode view = JSON.createObjectNode();
    view.set("Node", node.view(contents.startIndex()));
    view.set("Service", nodeService(entry.registration()));
    ArrayNode checks = view.putArray("Checks");
    nodeChecks(checks, contents);
    entry.checks().values().forEach(check -> checks.add(check(check, contents)));
    return view;
  }

  /** The node's checks; Consul's own about the node comes first. */
  void nodeChecks(ArrayNode into, Contents contents) {
    into.add(node.serfHealth(contents.startIndex()));
    contents.nodeChecks().values().forEach(check -> into.add(check(check, contents)));
  }

  ArrayNode checks(Collection<Check> checks, Contents contents) {
    ArrayNode view = JSON.createArrayNode();
    checks.forEach(check -> view.add(check(check, contents)));
    return view;
  }

  /** As the catalog shows it. */
  ObjectNode check(Check check, Contents contents) {
    return check(check, contents, check.output())
        .put("CreateIndex", check.createIndex())
        .put("ModifyIndex", check.modifyIndex());
  }

  /** As the agent shows it: with its newest output, and without indexes. */
  ObjectNode agentCheck(Check check, Contents contents) {
    return check(check, contents, check.latest().output())
        .put("CreateIndex", 0)
        .put("ModifyIndex", 0);
  }

  private ObjectNode check(Check check, Contents contents, String output) {
    Entry of = contents.entries().get(check.serviceId());
    CheckDefinition definition = check.definition();
    ObjectNode view = JSON.createObjectNode();
    view.put("Node", node.name())
        .put("CheckID", check.id())
        .put("Name", check.name())
        .put("Status", check.status().wireName())
        .put("Notes", check.restored() ? (check.notes() + " (restored)").strip() : check.notes())
        .put("Output", output)
        .put("ServiceID", check.serviceId())
        .put("ServiceName", of == null ? "" : of.name());
    view.set("ServiceTags", JSON.valueToTree(of == null ? List.of() : of.registration().tags()));
    view.put("Type", definition.type().name().toLowerCase(Locale.ROOT))
        .put("Interval", time(definition, definition.interval()))
        .put("Timeout", time(definition, definition.timeout()))
        .put("ExposedPort", 0);
    view.putObject("Definition");
    return view;
  }

  private static String time(CheckDefinition definition, Duration duration) {
    boolean runs =
        switch (definition.type()) {
          case HTTP, TCP -> true;
          case TTL, MAINTENANCE -> false;
        };
    return runs && !duration.isZero() ? GoDuration.format(duration) : "";
  }

  private static void weights(ObjectNode view, String field, Registration entry) {
    view.putObject(field)
        .put("Passing", entry.passingWeight())
        .put("Warning", entry.warningWeight());
  }

  private static void proxy(ObjectNode view, String field) {
    ObjectNode proxy = view.putObject(field).put("Mode", "");
    proxy.putObject("MeshGateway");
    proxy.putObject("Expose");
  }

  /** As in Consul, a literal address is a tagged one too. */
  private static SortedMap<String, Registration.Tagged> allAddresses(Registration entry) {
    SortedMap<String, Registration.Tagged> all = new TreeMap<>(entry.tagged());
    String version = literalVersion(entry.address());
    if (!version.isEmpty()) {
      Registration.Tagged own = new Registration.Tagged(entry.address(), entry.port());
      all.putIfAbsent("lan_" + version, own);
      all.putIfAbsent("wan_" + version, own);
    }
    return all;
  }

  private static String literalVersion(String address) {
    try {
      return address.isEmpty()
          ? ""
          : InetAddress.ofLiteral(address) instanceof Inet4Address ? "ipv4" : "ipv6";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static void addresses(
      ObjectNode view, String field, SortedMap<String, Registration.Tagged> addresses) {
    if (!addresses.isEmpty()) {
      ObjectNode into = view.putObject(field);
      addresses.forEach((tag, address) ->
          into.putObject(tag).put("Address", address.address()).put("Port", address.port()));
    }
  }
}
