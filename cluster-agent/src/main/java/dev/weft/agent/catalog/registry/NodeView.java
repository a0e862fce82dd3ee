package dev.weft.agent.catalog.registry;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The one node of this registry, in Consul's shapes. Pure.
 *
 * @param name the node's name
 * @param id a UUID
 * @param address the node's literal address
 * @param datacenter the cluster
 */
record NodeView(String name, String id, String address, String datacenter) {
  /** The Consul whose API this is. */
  static final String VERSION = "1.22.7";

  ObjectNode identity() {
    return object()
        .put("ID", id)
        .put("Node", name)
        .put("Address", address)
        .put("Datacenter", datacenter);
  }

  void addresses(ObjectNode view) {
    String version = address.indexOf(':') < 0 ? "ipv4" : "ipv6";
    view.putObject("TaggedAddresses")
        .put("lan", address)
        .put("lan_" + version, address)
        .put("wan", address)
        .put("wan_" + version, address);
  }

  void meta(ObjectNode into) {
    into.put("consul-network-segment", "").put("consul-version", VERSION);
  }

  ObjectNode view(long index) {
    ObjectNode view = identity();
    addresses(view);
    meta(view.putObject("Meta"));
    return view.put("CreateIndex", index).put("ModifyIndex", index);
  }

  /** The check by which Consul says that a node's agent is there: this answer shows that it is. */
  ObjectNode serfHealth(long index) {
    ObjectNode view =
        object()
            .put("Node", name)
            .put("CheckID", "serfHealth")
            .put("Name", "Serf Health Status")
            .put("Status", "passing")
            .put("Notes", "")
            .put("Output", "Agent alive and reachable")
            .put("ServiceID", "")
            .put("ServiceName", "");
    view.putArray("ServiceTags");
    view.put("Type", "").put("Interval", "").put("Timeout", "").put("ExposedPort", 0);
    view.putObject("Definition");
    return view.put("CreateIndex", index).put("ModifyIndex", index);
  }

  /** {@code /v1/agent/self}, as far as clients look at it. */
  ObjectNode self() {
    ObjectNode self = object();
    self.putObject("Config")
        .put("Datacenter", datacenter)
        .put("PrimaryDatacenter", datacenter)
        .put("NodeName", name)
        .put("NodeID", id)
        .put("Revision", "")
        .put("Server", true)
        .put("Version", VERSION)
        .put("BindAddr", address);
    self.putObject("DebugConfig")
        .put("Datacenter", datacenter)
        .put("NodeName", name)
        .put("NodeID", id)
        .put("AdvertiseAddrLAN", address)
        .put("ServerMode", true)
        .put("GRPCPort", -1)
        .put("DNSPort", -1);
    self.putNull("Coord");
    self.set("Member", member());
    self.putObject("Stats");
    meta(self.putObject("Meta"));
    return self;
  }

  ObjectNode member() {
    ObjectNode member = object().put("Name", name).put("Addr", address).put("Port", 8301);
    member
        .putObject("Tags")
        .put("build", VERSION + ":")
        .put("dc", datacenter)
        .put("id", id)
        .put("role", "consul");
    return member
        .put("Status", 1)
        .put("ProtocolMin", 1)
        .put("ProtocolMax", 5)
        .put("ProtocolCur", 2)
        .put("DelegateMin", 2)
        .put("DelegateMax", 5)
        .put("DelegateCur", 4);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
