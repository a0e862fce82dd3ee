package dev.weft.agent.replication.shared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.NodeAnnouncement;
import dev.weft.policy.identity.SpiffeId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A lease as JSON. Pure. */
final class LeaseForm {

  private LeaseForm() {}

  static ObjectNode write(Lease lease) {
    NodeAnnouncement node = lease.node();
    ObjectNode root = Stamped.object();
    root.put("connected", lease.connected())
        .put("node", node.nodeId())
        .put("role", node.role().name())
        .put("identity", node.identity().uri());
    address(root, "inbound", node.inbound());
    address(root, "outbound", node.outbound());
    texts(root, "workloads", node.workloads().stream().map(Address::toString).toList());
    address(root, "eastWest", node.eastWest());
    address(root, "eastWestAdvertise", node.eastWestAdvertise());
    texts(root, "features", node.features());
    if (lease.served() != null) {
      texts(root, "served", lease.served());
    }
    return root;
  }

  /** Throws {@link IllegalArgumentException} when it is not what {@link #write} made. */
  static Lease read(JsonNode root) {
    Set<Address> workloads = new HashSet<>();
    root.path("workloads").forEach(text -> workloads.add(Address.parse(text.asText())));
    Set<String> features = new HashSet<>();
    root.path("features").forEach(text -> features.add(text.asText()));
    return new Lease(
        root.path("connected").asBoolean(),
        new NodeAnnouncement(
            root.path("node").asText(),
            NodeAnnouncement.Role.valueOf(root.path("role").asText()),
            SpiffeId.parse(root.path("identity").asText()),
            address(root, "inbound"),
            address(root, "outbound"),
            workloads,
            address(root, "eastWest"),
            address(root, "eastWestAdvertise"),
            features),
        root.has("served") ? served(root.path("served")) : null);
  }

  private static Set<String> served(JsonNode array) {
    Set<String> names = new HashSet<>();
    array.forEach(name -> names.add(name.asText()));
    return names;
  }

  private static void address(ObjectNode root, String field, @Nullable Address address) {
    if (address != null) {
      root.put(field, address.toString());
    }
  }

  private static @Nullable Address address(JsonNode root, String field) {
    JsonNode text = root.get(field);
    return text == null ? null : Address.parse(text.asText());
  }

  private static void texts(ObjectNode root, String field, Collection<String> texts) {
    ArrayNode array = root.putArray(field);
    texts.stream().sorted().forEach(array::add);
  }
}
