package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.catalog.GoDuration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Entries in the shapes that Consul answers with. Pure. */
final class Views {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String node;
  private final String nodeId;
  private final String address;
  private final String datacenter;

  /**
   * @param node the node's name
   * @param nodeId a UUID
   * @param address the node's address
   * @param datacenter the cluster
   */
  Views(String node, String nodeId, String address, String datacenter) {
    this.node = node;
    this.nodeId = nodeId;
    this.address = address;
    this.datacenter = datacenter;
  }

  String nodeName() {
    return node;
  }

  String datacenter() {
    return datacenter;
  }

  /** What was registered, in the words of a registration. */
  static ObjectNode definition(Registration entry) {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", entry.id())
        .put("Name", entry.name())
        .put("Address", entry.address())
        .put("Port", entry.port());
    view.set("Tags", JSON.valueToTree(entry.tags()));
    view.set("Meta", JSON.valueToTree(entry.meta()));
    view.putObject("Weights")
        .put("Passing", entry.passingWeight())
        .put("Warning", entry.warningWeight());
    return view.put("EnableTagOverride", entry.enableTagOverride());
  }

  /** {@code /v1/agent/services} and {@code /v1/agent/service/:id}. */
  ObjectNode agentService(Registration entry) {
    ObjectNode view = definition(entry);
    view.remove("Name");
    view.put("Service", entry.name());
    tagged(view, "TaggedAddresses", entry);
    return view.put("Datacenter", datacenter);
  }

  /** An element of {@code /v1/catalog/service/:name}. */
  ObjectNode catalogService(Registration entry) {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", nodeId).put("Node", node).put("Address", address).put("Datacenter", datacenter);
    view.putObject("TaggedAddresses").put("lan", address).put("wan", address);
    view.putObject("NodeMeta");
    view.put("ServiceKind", "").put("ServiceID", entry.id()).put("ServiceName", entry.name());
    view.set("ServiceTags", JSON.valueToTree(entry.tags()));
    view.put("ServiceAddress", entry.address());
    tagged(view, "ServiceTaggedAddresses", entry);
    view.putObject("ServiceWeights")
        .put("Passing", entry.passingWeight())
        .put("Warning", entry.warningWeight());
    view.set("ServiceMeta", JSON.valueToTree(entry.meta()));
    view.put("ServicePort", entry.port())
        .put("ServiceSocketPath", "")
        .put("ServiceEnableTagOverride", entry.enableTagOverride());
    view.putObject("ServiceProxy").put("Mode", "");
    view.putObject("ServiceConnect");
    return view.put("CreateIndex", entry.createIndex()).put("ModifyIndex", entry.modifyIndex());
  }

  /** An element of {@code /v1/health/service/:name}. */
  ObjectNode healthService(Registration entry, Contents contents) {
    ObjectNode view = JSON.createObjectNode();
    view.set("Node", node());
    ObjectNode service = agentService(entry);
    service.remove("Datacenter");
    service.put("SocketPath", "");
    service.putObject("Proxy").put("Mode", "");
    service.putObject("Connect");
    service.put("CreateIndex", entry.createIndex()).put("ModifyIndex", entry.modifyIndex());
    view.set("Service", service);
    view.set("Checks", checks(contents.checksOf(entry.id()), contents));
    return view;
  }

  ObjectNode node() {
    ObjectNode view = JSON.createObjectNode();
    view.put("ID", nodeId).put("Node", node).put("Address", address).put("Datacenter", datacenter);
    view.putObject("TaggedAddresses").put("lan", address).put("wan", address);
    view.putObject("Meta");
    return view.put("CreateIndex", 1).put("ModifyIndex", 1);
  }

  ArrayNode checks(Collection<Check> checks, Contents contents) {
    ArrayNode view = JSON.createArrayNode();
    checks.forEach(check -> view.add(check(check, contents)));
    return view;
  }

  ObjectNode check(Check check, Contents contents) {
    Registration of = contents.registrations().get(check.serviceId());
    CheckDefinition definition = check.definition();
    ObjectNode view = JSON.createObjectNode();
    view.put("Node", node)
        .put("CheckID", check.id())
        .put("Name", check.name())
        .put("Status", check.status().wireName())
        .put("Notes", check.restored() ? (check.notes() + " (restored)").strip() : check.notes())
        .put("Output", check.output())
        .put("ServiceID", check.serviceId())
        .put("ServiceName", of == null ? "" : of.name());
    view.set("ServiceTags", JSON.valueToTree(of == null ? List.of() : of.tags()));
    view.put("Type", definition.type().name().toLowerCase(Locale.ROOT))
        .put(
            "Interval",
            definition.interval().isZero() ? "" : GoDuration.format(definition.interval()))
        .put(
            "Timeout",
            definition.type() == CheckDefinition.Type.TTL
                ? ""
                : GoDuration.format(definition.timeout()))
        .put("ExposedPort", 0);
    view.putObject("Definition");
    return view.put("CreateIndex", check.createIndex()).put("ModifyIndex", check.modifyIndex());
  }

  private static void tagged(ObjectNode view, String field, Registration entry) {
    ObjectNode tagged = view.putObject(field);
    if (!entry.address().isEmpty()) {
      tagged.putObject("lan_ipv4").put("Address", entry.address()).put("Port", entry.port());
      tagged.putObject("wan_ipv4").put("Address", entry.address()).put("Port", entry.port());
    }
  }
}
